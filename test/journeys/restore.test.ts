import { existsSync, readdirSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { openPremises } from '../../src/app-premises.ts'
import { systemClock } from '../../src/clock.ts'
import { createConfig } from '../../src/config.ts'
import { createLogger } from '../../src/logger.ts'
import { PASSPHRASE, runRestore, saveBackup } from '../support/backups.ts'
import { killStates } from '../support/kill-states.ts'
import { LogSink } from '../support/log-sink.ts'
import { runProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const FORCED_RESTORE = join(import.meta.dirname, '../support/forced-restore.ts')

test('a restore over the present state undoes no revocation, and says what it costs', async () => {
  await using folder = await temporaryFolder()
  const known = await liveBackUpAndGoOn(folder.path)
  const crlNumber = known.crlNumber

  const preview = await runRestore(folder.path, 'hub.backup', '--dry-run')
  expect(preview).toMatchObject({ code: 0, stderr: '' })
  for (const line of [
    'Would be lost, devices: 1 (issued-since)',
    'Would be lost, policies as they are now: 1 (narrow)',
    'Would be lost, tokens: 1',
    /Revoked, because issued since: 1 \(device issued-since [0-9A-F:]{95}\)/,
    /Revoked since, and stays so: 2 \(device removed [0-9A-F:]{95}, device revoked [0-9A-F:]{95}\)/,
    'Suspended since, and stays so: 1 (suspended)',
    'Removed or given away since, comes back suspended: 1 (removed)',
    /Needs --force: This backup is older than 1 certificates .*: device issued-since /,
    'Nothing was changed',
  ]) {
    expect(preview.stdout).toMatch(line)
  }

  const refused = await runRestore(folder.path, 'hub.backup')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(
    /^signet: This backup is older than 1 certificates.*; --force restores all the same\n$/,
  )
  expect(refused.stdout).toBe('')
  expect(readdirSync(join(folder.path, 'data')).filter((name) => name.includes('restore'))).toEqual([])

  const restored = await runRestore(folder.path, 'hub.backup', '--force')
  expect(restored).toMatchObject({ code: 0, stderr: '' })
  {
    await using hub = await startTestHub({ folder: folder.path })
    await hub.connect(known.kept, { clientId: 'kept' })
    for (const [id, credentials, cause] of [
      ['revoked', known.revoked, 'certificate_revoked'],
      ['suspended', known.suspended, 'identity_suspended'],
      ['removed', known.removed, 'certificate_revoked'],
      ['issued-since', known.issuedSince, 'certificate_revoked'],
    ] as const) {
      await expect(hub.connect(credentials, { clientId: id })).rejects.toMatchObject({ code: 5 })
      expect((await hub.refusals())[0], id).toMatchObject({ cause })
    }
    for (const token of known.endedTokens) expect((await hub.api('GET', '/api/devices', { token })).status).toBe(401)
    const ids = (await hub.api('GET', '/api/devices')).json().items.map(describeDevice)
    expect(ids).toEqual(['kept active', 'removed suspended', 'revoked active', 'suspended suspended'])
    const crl = await readCrl(hub)
    expect(crl.number).toBeGreaterThan(crlNumber)
    for (const { cert } of [known.revoked, known.removed, known.issuedSince])
      expect(crl.text).toContain(await serialOf(hub, cert))
  }

  const commands = restored.stdout.split('stop the hub and run:\n')[1] ?? ''
  expect(await runProgram(`sh -ec "$COMMANDS"`, { cwd: folder.path, env: { COMMANDS: commands } })).toMatchObject({
    code: 0,
  })
  await using hub = await startTestHub({ folder: folder.path })
  await hub.connect(known.issuedSince, { clientId: 'issued-since' })
})

async function liveBackUpAndGoOn(folder: string) {
  await using hub = await startTestHub({ folder })
  const enrol = (id: string) => hub.enrol(id)
  const [kept, revoked, suspended, removed] = [
    await enrol('kept'),
    await enrol('revoked'),
    await enrol('suspended'),
    await enrol('removed'),
  ]
  await hub.api('PUT', '/api/policies/narrow', { body: { rules: [] } })
  const token = (await hub.api('POST', '/api/tokens', { body: { name: 'old', role: 'auditor' } })).json()
  await saveBackup(hub)

  const issuedSince = await enrol('issued-since')
  await hub.api('DELETE', '/api/devices/certificates/revoked?reason=keyCompromise')
  await hub.api('PATCH', '/api/devices/suspended', { body: { state: 'suspended' } })
  await hub.api('DELETE', '/api/devices/removed')
  await hub.api('DELETE', `/api/tokens/${token.id}`)
  const since = (await hub.api('POST', '/api/tokens', { body: { name: 'new', role: 'admin' } })).json()
  const rule = { effect: 'deny', actions: ['publish'], topicFilter: '#' }
  await hub.api('PUT', '/api/policies/narrow', { body: { rules: [rule] } })
  const crlNumber = (await readCrl(hub)).number
  return { kept, revoked, suspended, removed, issuedSince, crlNumber, endedTokens: [token.token, since.token] }
}

async function readCrl(hub: TestHub) {
  await writeFile(join(hub.folder, 'ca.crl.pem'), (await hub.api('GET', '/pki/ca.crl.pem')).text)
  const { stdout } = await runProgram('openssl crl -in ca.crl.pem -noout -text', { cwd: hub.folder })
  const number = /CRL Number: *\n +(\S+)/.exec(stdout)?.[1]
  return { text: stdout, number: Number(number) }
}

async function serialOf(hub: TestHub, pem: string): Promise<string> {
  await writeFile(join(hub.folder, 'one.pem'), pem)
  const { stdout } = await runProgram('openssl x509 -in one.pem -noout -serial', { cwd: hub.folder })
  return stdout.trim().replace('serial=', '')
}

test('a restore that is killed at any change of a file leaves the old state or the new one', async () => {
  await using folder = await temporaryFolder()
  const lives = await liveTwice(folder.path)
  const found: string[] = []
  for await (const path of killStates(FORCED_RESTORE, folder.path, PASSPHRASE)) found.push(await readState(lives, path))
  expect(found.length).toBeGreaterThan(50)
  expect([found.at(0), found.at(-1)]).toEqual(['present', 'in-backup'])
  expect(found).toEqual(found.toSorted((a, b) => Number(a === 'in-backup') - Number(b === 'in-backup')))
})

test('a restore that was killed after it was decided is finished by the start of the hub', async () => {
  await using folder = await temporaryFolder()
  await liveTwice(folder.path)
  for await (const path of killStates(FORCED_RESTORE, folder.path, PASSPHRASE)) {
    if (existsSync(join(path, 'data', '.restore-decided'))) break
  }

  await using hub = await startTestHub({ folder: folder.path })
  const ids = (await hub.api('GET', '/api/devices')).json().items.map(describeDevice)
  expect(ids).toEqual(['in-backup active'])
  expect(hub.log.lines).toContainEqual(expect.objectContaining({ msg: 'A restore that was cut short was finished' }))
})

interface Lives {
  readonly path: string
  readonly caFingerprints: Readonly<Record<'present' | 'in-backup', string>>
}

/** One state in a cheap archive, and over it another, of another CA. */
async function liveTwice(path: string): Promise<Lives> {
  const backedUp = await live('in-backup')
  await Promise.all(['certs', 'data'].map((name) => rm(join(path, name), { recursive: true })))
  return { path, caFingerprints: { 'in-backup': backedUp, present: await live('present') } }

  async function live(name: string): Promise<string> {
    await using hub = await startTestHub({ folder: path })
    await hub.enrol(name)
    await hub.api('POST', '/api/publish', { body: { topicName: name, payload: 'x', qos: 1, retain: true } })
    if (name === 'in-backup') await saveBackup(hub)
    return hub.hub.caFingerprint
  }
}

/** Which of the two a start finds, wholly: registry, messages and CA of one state, and nothing half done beside them. */
async function readState({ path, caFingerprints }: Lives, folder: string): Promise<string> {
  await using stack = new AsyncDisposableStack()
  const [data, certs] = [join(folder, 'data'), join(folder, 'certs')]
  const config = createConfig({ data_dir: data, certs_dir: certs })
  const logger = createLogger({ level: 'silent', format: 'json', stream: new LogSink() })
  const { database, pki } = await openPremises(
    config,
    { logger, clock: systemClock, pid: process.pid, inMemory: false },
    stack,
  )
  expect(
    [...readdirSync(data), ...readdirSync(certs)].filter((name) => name.startsWith('.')),
    path,
  ).toEqual([])
  const ids = database.sqlite.prepare('select id from devices').pluck().all()
  const messages = stack.adopt(new SQLite(join(data, 'mqtt.db')), (open) => void open.close())
  const topics = messages.prepare('select topic from retained').pluck().all()
  const state = pki.authority.fingerprint === caFingerprints.present ? 'present' : 'in-backup'
  expect({ ids, topics }).toEqual({ ids: [state], topics: [state] })
  return state
}

function describeDevice({ deviceId, state }: { readonly deviceId: string; readonly state: string }): string {
  return `${deviceId} ${state}`
}
