import { describe, expect, test } from 'vitest'
import type { HubEvents } from '../../src/events.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'
import { run } from '../cli/terminal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** What is told from now on, without the device's fingerprint. */
function listen(hub: TestHub): string[] {
  const told: string[] = []
  hub.hub.events.subscribe('certificate.expiring', ({ kind, id, days }: HubEvents['certificate.expiring']) =>
    told.push(`${kind} ${id} ${days}`),
  )
  return told
}

async function at(hub: TestHub, days: number): Promise<void> {
  hub.clock.advance(days * DAY_MS)
  await hub.hub.sweep()
}

test('a live session ends when its certificate does, and not before', async () => {
  await using hub = await startTestHub()
  const session = await hub.connect(await hub.enrol('pump', { validityDays: 1 }), { clientId: 'pump' })
  const closed = new Promise<void>((resolve) => session.once('close', () => resolve()))
  hub.clock.advance(DAY_MS - HOUR_MS)
  await hub.hub.sweep()
  await session.publishAsync('users/default/devices/pump/a', 'x', { qos: 1 })
  hub.clock.advance(2 * HOUR_MS)
  await hub.hub.sweep()
  await closed
  const { items } = (await hub.api('GET', '/api/devices/pump/diary')).json()
  expect(items).toContainEqual(expect.objectContaining({ reason: 'its credential has expired' }))
})

describe('certificate.expiring', () => {
  test('is told 30, 7 and 1 days before the end, once each, of every kind, and in one line of the log each time', async () => {
    await using hub = await startTestHub()
    const told = listen(hub)
    await hub.enrol('pump', { validityDays: 100 })
    await hub.enrol('valve', { validityDays: 100 })
    await hub.enrolService('backend', ['#'])
    await hub.api('POST', '/api/admin-certificates', { body: { name: 'eva', validityDays: 100 } })
    await hub.api('POST', '/api/server-certificates', { body: { names: ['emqx.example.com'] } })
    for (const days of [0, 69, 2, 21, 1, 6, 0]) await at(hub, days)
    expect(told.toSorted()).toEqual(
      ['administrator eva', 'device pump', 'device valve'].flatMap((one) => [1, 30, 7].map((days) => `${one} ${days}`)),
    )
    const lines = hub.log.lines.filter(({ msg }) => msg === 'Certificates end soon')
    expect(lines.map(({ days, count }) => [days, count])).toEqual([30, 7, 1].map((days) => [days, 3]))
    // The others live for a year.
    await at(hub, 366 - 99 - 20)
    expect(
      told
        .filter((line) => / 30$/.test(line))
        .toSorted()
        .slice(-2),
    ).toEqual(['server emqx.example.com 30', 'service backend 30'])
  })

  test('is not told of a short life before its last third, and then at the nearest distance alone', async () => {
    await using hub = await startTestHub()
    const told = listen(hub)
    await hub.enrol('pump', { validityDays: 3 })
    await at(hub, 0)
    expect(told).toEqual([])
    await at(hub, 2.1)
    expect(told).toEqual(['device pump 1'])
  })

  test('is not told of what is revoked, or renewed, though the new one has not connected yet', async () => {
    await using hub = await startTestHub()
    const told = listen(hub)
    await hub.enrol('gone', { validityDays: 100 })
    await hub.enrol('pump', { validityDays: 100 })
    await hub.api('DELETE', '/api/devices/certificates/gone')
    hub.clock.advance(60 * DAY_MS)
    await hub.enrol('pump', { validityDays: 100 })
    await at(hub, 20)
    expect(told).toEqual([])
  })

  test('is not told again by a hub that was started again', async () => {
    await using folder = await temporaryFolder()
    const clock = createTestClock()
    const tellAll = async (): Promise<readonly string[]> => {
      await using hub = await startTestHub({ folder: folder.path, clock })
      const told = listen(hub)
      if (clock.now().getTime() - Date.now() < DAY_MS) await hub.enrol('pump', { validityDays: 100 })
      await at(hub, 80)
      return told
    }
    expect(await tellAll()).toEqual(['device pump 30'])
    clock.advance(-70 * DAY_MS)
    expect(await tellAll()).toEqual([])
  })

  test('is told of the CA itself', async () => {
    await using hub = await startTestHub()
    const told = listen(hub)
    await at(hub, 3650 - 20)
    expect(told).toContainEqual(expect.stringMatching(/^ca CN=Signet Root CA \w+ 30$/))
    // Not by TLS: what the hub shows by now is not valid yet by the clock of this machine.
    const answer = await hub.hub.fetch(new Request('https://localhost/api/certificates/expiry'))
    expect(await answer.json()).toHaveProperty('authorities', [
      { subject: expect.stringMatching(/^CN=/), fingerprint: hub.hub.caFingerprint, notAfter: expect.any(String) },
    ])
  })

  test('a fleet that ends in one day is told of whole', async () => {
    await using hub = await startTestHub()
    const told = listen(hub)
    const names = Array.from({ length: 260 }, (_, index) => `d${index}`)
    for (const name of names) {
      await hub.hub.fetch(
        new Request(`https://localhost/api/devices/certificates/${name}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"validityDays":100}',
        }),
      )
    }
    await at(hub, 80)
    expect(told).toHaveLength(260)
    expect(hub.log.lines.filter(({ msg }) => msg === 'Certificates end soon')).toMatchObject([{ count: 260 }])
  })
})

test('certificates are counted by their end, and listed with the CA, soonest first', async () => {
  await using hub = await startTestHub()
  for (const [name, validityDays] of [
    ['a', 1],
    ['b', 7],
    ['c', 30],
    ['d', 90],
    ['e', 91],
    ['gone', 30],
  ] as const)
    await hub.enrol(name, { validityDays })
  await hub.enrolService('backend', ['#'])
  await hub.api('DELETE', '/api/devices/certificates/gone')
  const bucketsOf = async () => (await hub.api('GET', '/api/certificates/expiry')).json().items
  const none = { expired: 0, within1Day: 0, within7Days: 0, within30Days: 0, within90Days: 0, later: 0 }
  const of = (kind: string, counts: object) => ({ ...none, kind, ...counts })
  const [devices, services] = [
    of('device', { within1Day: 1, within7Days: 1, within30Days: 1, within90Days: 1, later: 1 }),
    of('service', { later: 1 }),
  ]
  expect(await bucketsOf()).toEqual([devices, services])
  await hub.enrol('b', { validityDays: 7 })
  expect(await bucketsOf()).toEqual([devices, services])
  hub.clock.advance(2 * DAY_MS)
  expect((await bucketsOf())[0]).toMatchObject({ expired: 1, within1Day: 0, within7Days: 1 })
  const call = ['certificate', 'expiring', '--data-dir', hub.dataDir, '--within']
  const { stdout, code } = await run({ argv: [...call, '35d', '--json'], cwd: hub.folder })
  expect({ code, endings: JSON.parse(stdout) }).toMatchObject({
    code: 0,
    endings: [
      { kind: 'device', subject: 'b' },
      { kind: 'device', subject: 'c' },
    ],
  })
  const all = await run({ argv: [...call, '9999d'], cwd: hub.folder })
  expect(all.stdout.trimEnd().split('\n').at(-1)).toMatch(/ca +CN=Signet Root CA/)
  expect(await run({ argv: [...call, 'soon'], cwd: hub.folder })).toMatchObject({ code: 2 })
})
