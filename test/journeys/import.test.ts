import { X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../cli/terminal.ts'
import { createForeignFleet, type FleetMember, readMember } from '../support/foreign-fleet.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { atHub } from '../support/mosquitto.ts'
import { runProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const DAY_MS = 86_400_000

interface Member extends FleetMember {
  readonly deviceId: string
  readonly clientId: string
  /** Why the dry run says that it would be refused. */
  readonly cause?: string
}

/** What comes of a CA that was run by hand. */
const FLEET: readonly Member[] = Array.from({ length: 40 }, (_, index) => {
  const number = String(index + 1).padStart(3, '0')
  const id = `d-${number}`
  const key = index % 4 === 0 ? 'rsa' : 'ec'
  const usual = { name: id, subject: `/O=Works/CN=${id}`, deviceId: id, clientId: id, key } as const
  if (index < 3) return { ...usual, name: `nested/${id}` }
  if (index < 20) return usual
  if (index < 25) return { ...usual, days: 1, cause: 'certificate_expired' }
  if (index < 28)
    return { ...usual, deviceId: `Sensor ${number}`, subject: `/CN=Sensor ${number}`, cause: 'invalid_id' }
  if (index < 30) return { ...usual, subject: `/CN=${id}/CN=admin`, cause: 'common_name_wrong' }
  if (index < 33) return { ...usual, subject: `/CN=other-${number}`, cause: 'common_name_wrong' }
  if (index < 35) return { ...usual, isStranger: true, cause: 'issuer_unknown' }
  if (index < 38) return { ...usual, clientId: `legacy-${number}` }
  if (index < 39) return { ...usual, clientId: 'd-001', cause: 'client_id_wrong' }
  return { ...usual, deviceId: 'D-002', subject: '/CN=D-002', cause: 'case_conflict' }
})

const REFUSED = FLEET.filter(({ cause }) => cause !== undefined)

test('a fleet of openssl alone moves in, and exactly those are refused who were named', {
  timeout: 240_000,
}, async (context) => {
  needPrograms(context, 'openssl', 'mosquitto_pub')
  await using folder = await temporaryFolder()
  await createForeignFleet(folder.path, FLEET)
  await using hub = await startTestHub({ folder: folder.path })
  const credentials = await Promise.all(FLEET.map((member) => readMember(folder.path, member)))
  await writeTable(
    folder.path,
    credentials.map(({ cert }) => new X509Certificate(cert).fingerprint256),
  )
  hub.clock.advance(2 * DAY_MS)
  const signet = (line: string) => run({ argv: line.split(' '), cwd: folder.path })

  const dryRun = await signet('import csv fleet.csv --certs fleet --json')
  expect(dryRun).toMatchObject({ code: 0, stderr: '' })
  const rehearsed = JSON.parse(dryRun.stdout)
  expect(rehearsed.applied).toBe(false)
  expect(causesIn(rehearsed)).toEqual(Object.fromEntries(REFUSED.map(({ deviceId, cause }) => [deviceId, cause])))
  expect((await hub.api('GET', '/api/devices')).json().items).toEqual([])
  expect(await signet('import csv fleet.csv --certs fleet --apply --strict')).toMatchObject({
    code: 1,
    stderr: `signet: ${REFUSED.length} devices would be refused, and nothing was imported\n`,
  })

  const applied = await signet('import csv fleet.csv --certs fleet --apply')
  expect(applied.stdout).toContain(`${REFUSED.length} of the devices would be refused`)
  expect(applied.stderr).toContain('import-report.json')
  const outcomes = new Map<string, number | null>()
  for (const member of FLEET) outcomes.set(member.deviceId, await publishAs(hub, member))
  const turnedAway = FLEET.filter(({ deviceId }) => outcomes.get(deviceId) !== 0).map(({ deviceId }) => deviceId)
  expect(turnedAway).toEqual(REFUSED.map(({ deviceId }) => deviceId))
  const causes = new Set((await hub.refusals()).map(({ cause }) => cause))
  for (const cause of ['certificate_expired', 'issuer_unknown', 'client_id_wrong']) expect(causes).toContain(cause)

  const again = await signet('import csv fleet.csv --certs fleet --apply --json')
  const actions = new Set(JSON.parse(again.stdout).devices.map(({ action }: { action: string }) => action))
  expect(actions).toEqual(new Set(['unchanged', 'refused']))
  expect(again.stderr).toContain('import-report-2.json')

  expect(await signet('import undo import-report.json')).toMatchObject({ code: 0, stderr: '' })
  expect((await hub.api('GET', '/api/devices')).json().items).toEqual([])
  expect((await hub.api('GET', '/api/certificates')).json().items).toEqual([])
  expect(await publishAs(hub, FLEET[1])).not.toBe(0)
  expect(JSON.parse((await signet('import csv fleet.csv --certs fleet --json')).stdout)).toEqual(rehearsed)
})

async function writeTable(folder: string, fingerprints: readonly string[]): Promise<void> {
  const rows = FLEET.map(({ deviceId, clientId }, index) => `${deviceId};works;${fingerprints[index]};${clientId}`)
  await writeFile(join(folder, 'fleet.csv'), `\uFEFFDeviceId;userId;fingerprint;clientId\n${rows.join('\n')}\n`)
}

interface Report {
  readonly devices: readonly { readonly deviceId: string; readonly reasons: readonly { readonly code: string }[] }[]
}

function causesIn({ devices }: Report): Readonly<Record<string, string | undefined>> {
  const refused = devices.filter(({ reasons }) => reasons.length > 0)
  return Object.fromEntries(refused.map(({ deviceId, reasons }) => [deviceId, reasons[0]?.code]))
}

/** What mosquitto_pub exits with: 0 once its message is acknowledged. */
async function publishAs(hub: TestHub, member: Member | undefined): Promise<number | null> {
  if (!member) throw new Error('There is no such member')
  const { name, key = 'ec', clientId, deviceId } = member
  const shown = `--cert 'fleet/${name}.pem' --key fleet/${key}.key -i '${clientId}'`
  const line = `mosquitto_pub ${atHub(hub)} ${shown} -q 1 -t 'users/works/devices/${deviceId}/telemetry' -m 1`
  return (await runProgram(line, { cwd: hub.folder })).code
}
