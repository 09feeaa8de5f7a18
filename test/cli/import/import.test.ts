import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createForeignCa } from '../../support/certificate-maker.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { openHubDouble } from '../hub-double.ts'
import { run } from '../terminal.ts'

const CALL = 'POST /api/import'
const REASON = { code: 'certificate_expired', detail: 'Certificate AB', mend: 'Issue a new one' }
const DEVICES = [
  { deviceId: 'pump', action: 'created', reasons: [], notes: ['Client id x is recorded for it'], registered: ['AB'] },
  { deviceId: 'fan', action: 'refused', reasons: [REASON], notes: [], registered: [] },
]
const POLICIES = [
  { name: 'p', action: 'refused', reasons: [{ code: 'invalid_policy', detail: 'No filter', mend: '' }] },
]

function answer(devices: readonly object[] = DEVICES, policies: readonly object[] = []) {
  return {
    [CALL]: (body: unknown) => ({ body: { applied: !(body as { dryRun: boolean }).dryRun, policies, devices } }),
  }
}

async function scene(answers: Parameters<typeof openHubDouble>[0] = answer()) {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder())
  const hub = stack.use(await openHubDouble(answers, { folder: folder.path }))
  await writeFile(join(folder.path, 'fleet.csv'), 'deviceId\npump\nfan\n')
  const resources = stack.move()
  return {
    hub,
    path: folder.path,
    write: (name: string, text: string) => writeFile(join(folder.path, name), text),
    signet: (line: string) => run({ argv: ['import', ...line.split(' ')], cwd: folder.path }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

describe('an import', () => {
  test('is a dry run first, which names who would be refused and what mends it', async () => {
    await using at = await scene(answer(DEVICES, POLICIES))
    const { code, stdout, stderr } = await at.signet('csv fleet.csv')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe(
      [
        '2 devices: 1 created, 1 refused',
        '1 policies: 1 refused',
        '',
        '1 of the devices would be refused:',
        'DEVICE  REGISTRY  CAUSE                DETAIL',
        'fan     refused   certificate_expired  Certificate AB',
        '',
        'certificate_expired  Issue a new one',
        '',
        'Policies that are refused:',
        'p  No filter',
        '',
        'Notes:',
        'pump  Client id x is recorded for it',
        '',
        'This was a dry run, nothing is kept: --apply does it',
        '',
      ].join('\n'),
    )
    expect(at.hub.requests.map(({ body }) => body)).toEqual([
      { dryRun: true, policies: [], devices: [{ deviceId: 'pump' }, { deviceId: 'fan' }] },
    ])
  })

  test('that is applied leaves a report, and never overwrites another', async () => {
    await using at = await scene()
    expect((await at.signet('csv fleet.csv --apply')).stderr).toContain('import-report.json')
    expect((await at.signet('csv fleet.csv --apply')).stderr).toContain('import-report-2.json')
    const report = JSON.parse(await readFile(join(at.path, 'import-report.json'), 'utf8'))
    expect(report).toEqual({ applied: true, policies: [], devices: DEVICES })
    const again = await at.signet('csv fleet.csv --apply --report import-report.json')
    expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/The import is done, but .* EEXIST/) })
  })

  test('is not applied under --strict when any device would be refused', async () => {
    await using at = await scene()
    expect(await at.signet('csv fleet.csv --apply --strict')).toMatchObject({
      code: 1,
      stderr: 'signet: 1 devices would be refused, and nothing was imported\n',
    })
    expect(at.hub.requests).toMatchObject([{ body: { dryRun: true } }])
  })

  test('is applied under --strict when none would', async () => {
    await using at = await scene(answer(DEVICES.slice(0, 1)))
    const { code, stdout } = await at.signet('csv fleet.csv --apply --strict --report r.json')
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('None of the devices would') })
    expect(at.hub.requests).toMatchObject([{ body: { dryRun: true } }, { body: { dryRun: false } }])
  })

  test('is printed as JSON with what was left out', async () => {
    await using at = await scene()
    await at.write('fleet.csv', 'deviceId,colour\npump,red\n')
    const { stdout } = await at.signet('csv fleet.csv --json')
    expect(JSON.parse(stdout)).toEqual({
      applied: false,
      policies: [],
      devices: DEVICES,
      leftOut: ['fleet.csv: column colour is not known'],
    })
  })

  test('sends the date of the passwords, and counts them', async () => {
    const endsAt = '2027-03-31T00:00:00.000Z'
    const password = { userName: 'pump', endsAt, savedAt: '2026-11-22T12:00:00.000Z' }
    await using at = await scene(answer([{ ...DEVICES[0], password }]))
    await at.write('passwords', 'pump:$7$101$YWFh$YmJi\n')
    const line = 'mosquitto --password-file passwords --passwords-until'
    expect((await at.signet(`${line} 2027-03-31`)).stdout).toContain(`1 passwords, until ${endsAt}\n`)
    expect(at.hub.requests).toMatchObject([{ body: { passwordsUntil: '2027-03-31T00:00:00Z' } }])
    expect(await at.signet(`${line} soon`)).toMatchObject({ code: 1, stderr: expect.stringContaining('is no date') })
    expect(at.hub.requests).toHaveLength(1)
  })

  test('tells of certificates that are of none of its devices', async () => {
    await using at = await scene(answer([]))
    await at.write('valve.pem', (await (await createForeignCa('CN=CA')).make({ commonNames: ['valve'] })).cert)
    expect((await at.signet('csv fleet.csv --certs .')).stdout).toContain(
      'Left out:\n-  1 certificates of the folder are of none of these devices, such as valve.pem\n',
    )
  })

  test('says in words what was left out', async () => {
    await using at = await scene(answer([]))
    await at.write('fleet.csv', 'deviceId,colour\n')
    expect((await at.signet('csv fleet.csv')).stdout).toContain('Left out:\n-  fleet.csv: column colour is not known\n')
  })
})

describe('the CA of a folder', () => {
  const asked = { ...answer([]), 'GET /pki/ca.pem': { type: 'application/x-pem-file', body: '' } }

  test('is compared with the hub, which says how it would be adopted', async () => {
    const [ours, theirs] = [await createForeignCa('CN=Ours'), await createForeignCa('CN=Theirs')]
    await using at = await scene({ ...asked, 'GET /pki/ca.pem': { type: 'text/plain', body: ours.pem } })
    await at.write('theirs.pem', theirs.pem)
    await at.write('ours.pem', ours.pem)
    expect((await at.signet('certificates . --our-ca theirs.pem')).stderr).toMatch(
      /no device of that CA will be let in/,
    )
    expect((await at.signet('certificates . --our-ca ours.pem')).stderr).toBe('')
  })

  test('is refused when it is none', async () => {
    await using at = await scene(asked)
    const { code, stderr } = await at.signet('certificates . --our-ca fleet.csv')
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'signet: The file of --our-ca is no certificate\n' })
  })
})

describe('another broker', () => {
  test('EMQX: each file is read, and the devices are given their certificates', async () => {
    await using at = await scene(answer([]))
    const { cert } = await (await createForeignCa('CN=CA')).make({ commonNames: ['pump'] })
    await at.write('pump.pem', cert)
    await at.write('clients.json', JSON.stringify({ data: [{ clientid: 'pump', username: 'ann', proto_ver: 5 }] }))
    await at.write('users.json', JSON.stringify([{ user_id: 'pump', password_hash: 'ab', salt: 's' }]))
    await at.write('acl.conf', '{allow, all, publish, ["a/${clientid}"]}.')
    await at.write(
      'rules.json',
      JSON.stringify({ data: [{ clientid: 'pump', rules: [{ permission: 'deny', action: 'publish', topic: 'b' }] }] }),
    )
    await at.write('banned.json', JSON.stringify({ data: [{ as: 'clientid', who: 'pump' }] }))
    const files = '--clients clients.json --users users.json --acl acl.conf --rules rules.json --banned banned.json'
    const hashing = '--password-hash pbkdf2 --iterations 9 --mac sha512'
    expect(await at.signet(`emqx ${files} ${hashing} --certs .`)).toMatchObject({ code: 0 })
    expect(at.hub.requests).toMatchObject([
      {
        body: {
          policies: [
            { name: 'emqx-clientid-pump', rules: [{ topicFilter: 'b' }] },
            { name: 'emqx-all', rules: [{ topicFilter: 'a/{device}' }] },
          ],
          devices: [
            {
              deviceId: 'pump',
              state: 'suspended',
              seen: { protocolVersion: 5 },
              policies: ['emqx-all', 'emqx-clientid-pump'],
              certificates: [{ pem: cert.trimEnd().concat('\n') }],
              legacyCredential: { hash: { algorithm: 'pbkdf2', iterations: 9, macFunction: 'sha512' } },
            },
          ],
        },
      },
    ])
  })

  test('Mosquitto: each file is read, and its patterns hold for all', async () => {
    await using at = await scene(answer([]))
    await at.write('dynsec.json', JSON.stringify({ clients: [{ username: 'pump' }] }))
    await at.write('passwords', 'fan:$7$101$YWFh$YmJi\n')
    await at.write('acl', 'user mill\ntopic read x\npattern write devices/%u/#\n')
    const files = '--dynsec dynsec.json --password-file passwords --acl-file acl'
    expect(await at.signet(`mosquitto ${files}`)).toMatchObject({ code: 0 })
    const patterns = 'mosquitto-patterns'
    expect(at.hub.requests).toMatchObject([
      {
        body: {
          policies: [{ name: 'mosquitto-user-mill' }, { name: patterns }],
          devices: [
            { deviceId: 'pump', policies: [patterns] },
            { deviceId: 'fan', policies: [patterns], legacyCredential: { userName: 'fan' } },
            { deviceId: 'mill', policies: ['mosquitto-user-mill', patterns] },
          ],
        },
      },
    ])
    await at.write('acl', 'user mill\ntopic read x\n')
    await at.signet(`mosquitto ${files}`)
    expect(at.hub.requests[1]).toMatchObject({ body: { devices: [{ deviceId: 'pump' }, {}, {}] } })
    const { cert } = await (await createForeignCa('CN=CA')).make({ commonNames: ['valve'] })
    await at.write('valve.pem', cert)
    await at.write('acl', 'pattern write devices/%u/#\n')
    await at.signet('mosquitto --acl-file acl --certs .')
    const valve = { deviceId: 'valve', certificates: [{ pem: cert.trimEnd().concat('\n') }], policies: [patterns] }
    expect(at.hub.requests[2]).toMatchObject({ body: { devices: [valve] } })
    for (const line of ['mosquitto', 'emqx']) await at.signet(line)
    for (const { body } of at.hub.requests.slice(3)) expect(body).toEqual({ dryRun: true, policies: [], devices: [] })
  })
})

describe('import undo', () => {
  test('sends the report, and tells what was kept', async () => {
    const undone = {
      devices: [
        { name: 'pump', action: 'removed' },
        { name: 'fan', action: 'kept', detail: 'It was given one since' },
      ],
      policies: [],
    }
    await using at = await scene({ 'POST /api/import/undo': { body: undone } })
    await at.write('r.json', JSON.stringify({ devices: DEVICES, policies: [] }))
    expect((await at.signet('undo r.json')).stdout).toBe(
      '2 devices: 1 removed, 1 kept\n0 policies\n\nNot as before:\nfan  It was given one since\n',
    )
    expect(at.hub.requests[0]?.body).toEqual({ devices: DEVICES, policies: [] })
  })
})
