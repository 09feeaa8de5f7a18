import { describe, expect, test } from 'vitest'
import { REFUSAL_MENDS, type Refusal } from '../../../src/refusal.ts'
import { type CheckupOptions, createCheckup } from '../../../src/registry/diagnosis/checkup.ts'
import { createWarning } from '../../../src/registry/diagnosis/finding-text.ts'
import { createRefusalRing } from '../../../src/registry/refusal-ring.ts'
import { DAY_MS, NOON } from '../registry-scene.ts'

const MIB = 1024 * 1024
const inDays = (days: number): Date => new Date(NOON.getTime() + days * DAY_MS)
const OWN = { subject: 'CN=Signet', notBefore: inDays(-1), notAfter: inDays(300) }
const SERVER = { ...OWN, subject: 'CN=localhost', names: ['localhost', 'hub.example.com'] }

async function check(changes: Partial<CheckupOptions> = {}, refused: readonly Refusal[] = []) {
  const refusals = createRefusalRing({ clock: () => NOON })
  for (const refusal of refused) refusals.record(refusal)
  return createCheckup({
    readiness: [{ name: 'database', isReady: () => true }],
    ca: OWN,
    server: () => SERVER,
    publicHost: 'hub.example.com',
    disk: () => ({ free: 5000 * MIB, total: 10_000 * MIB }),
    listeners: () => ['MQTTS 8883', 'HTTPS 3000'],
    refusals,
    clock: () => NOON,
    ...changes,
  })()
}

test('a hub that is well passes every check, and nothing is to be mended', async () => {
  const findings = await check()
  expect(findings.map(({ name, status, mend }) => [name, status, mend])).toEqual(
    ['database', 'ports', 'clock', 'ca_certificate', 'server_certificate', 'server_names', 'disk', 'refusals'].map(
      (name) => [name, 'ok', undefined],
    ),
  )
  expect(findings.find(({ name }) => name === 'ports')?.detail).toBe('listening: MQTTS 8883, HTTPS 3000')
})

describe('what is wrong is found, with what mends it:', () => {
  for (const { name, changes, check: checked, status, detail, mend } of [
    {
      name: 'a database that does not answer',
      changes: { readiness: [{ name: 'database', isReady: () => Promise.resolve(false) }] },
      check: 'database',
      status: 'failed',
      detail: '/readyz is red',
      mend: 'hub.db',
    },
    {
      name: 'a check of readiness that nobody has described',
      changes: { readiness: [{ name: 'backup', isReady: () => false }] },
      check: 'backup',
      status: 'failed',
      detail: 'not ready',
      mend: "the hub's log",
    },
    {
      name: 'a warning of readiness',
      changes: {
        readiness: [{ name: 'ca_key', isReady: () => true, warning: () => createWarning('ca_key_locked', {}) }],
      },
      check: 'ca_key',
      status: 'warning',
      detail: 'The CA key is locked',
      mend: 'signet ca unlock',
    },
    {
      name: 'a clock before the CA was made',
      changes: { ca: { ...OWN, notBefore: inDays(1) } },
      check: 'clock',
      status: 'failed',
      detail: 'before CN=Signet was made',
      mend: 'NTP',
    },
    {
      name: 'a CA that ends within half a year',
      changes: { ca: { ...OWN, notAfter: inDays(179) } },
      check: 'ca_certificate',
      status: 'warning',
      detail: 'ends in 179 days',
      mend: 'new CA',
    },
    {
      name: 'a server certificate that ends soon',
      changes: { server: () => ({ ...SERVER, notAfter: inDays(29) }) },
      check: 'server_certificate',
      status: 'warning',
      detail: 'CN=localhost ends in 29 days',
      mend: 'restart the hub',
    },
    {
      name: 'a server certificate that has expired',
      changes: { server: () => ({ ...SERVER, notAfter: inDays(-0.5) }) },
      check: 'server_certificate',
      status: 'failed',
      detail: 'CN=localhost expired at',
      mend: 'restart the hub',
    },
    {
      name: 'a public_host that the certificate does not hold',
      changes: { publicHost: 'other.example.com' },
      check: 'server_names',
      status: 'failed',
      detail: 'public_host other.example.com is missing',
      mend: 'public_host',
    },
    {
      name: 'no public_host, which is a note',
      changes: { publicHost: undefined },
      check: 'server_names',
      status: 'note',
      detail: 'holds localhost, hub.example.com',
      mend: 'set public_host',
    },
    {
      name: 'a disk that is nearly full',
      changes: { disk: () => ({ free: 255 * MIB, total: 1000 * MIB }) },
      check: 'disk',
      status: 'warning',
      detail: '255 MiB of 1000 MiB are free',
      mend: 'make room',
    },
    {
      name: 'a large disk of which little is left',
      changes: { disk: () => ({ free: 4000 * MIB, total: 100_000 * MIB }) },
      check: 'disk',
      status: 'warning',
      detail: '4000 MiB',
      mend: 'make room',
    },
  ] satisfies readonly {
    readonly name: string
    readonly changes: Partial<CheckupOptions>
    readonly check: string
    readonly status: string
    readonly detail: string
    readonly mend: string
  }[]) {
    test(name, async () => {
      expect((await check(changes)).find((finding) => finding.name === checked)).toMatchObject({
        status,
        detail: expect.stringContaining(detail),
        mend: expect.stringContaining(mend),
      })
    })
  }
})

test('a hub in memory has no disk to look at', async () => {
  expect((await check({ disk: () => undefined })).map(({ name }) => name)).not.toContain('disk')
})

describe('refusals of the last day are told, a cause a line:', () => {
  const base = { address: '10.0.0.1', surface: 'mqtts' } as const
  const refusalsIn = (findings: Awaited<ReturnType<typeof check>>) => findings.filter(({ name }) => name === 'refusals')

  test('those of our own devices are to be mended, those of strangers a note', async () => {
    const revoked = { ...base, cause: 'certificate_revoked' } as const
    const found = refusalsIn(
      await check({}, [
        { ...base, cause: 'certificate_missing' },
        ...['a', 'b', 'c', 'd'].map((id) => ({ ...revoked, presented: { identity: `device:${id}` } })),
      ]),
    )
    expect(found).toMatchObject([
      {
        name: 'refusals',
        status: 'warning',
        detail: 'certificate_revoked, 4 times in the last day: device:d, device:c, device:b and 1 more',
        mend: REFUSAL_MENDS.certificate_revoked,
        cause: 'certificate_revoked',
        code: 'lately_refused',
        values: { cause: 'certificate_revoked', count: 4, whom: 'device:d, device:c, device:b', more: 1 },
      },
      {
        name: 'refusals',
        status: 'note',
        detail: 'certificate_missing, once in the last day: 10.0.0.1',
        mend: REFUSAL_MENDS.certificate_missing,
        cause: 'certificate_missing',
      },
    ])
  })

  test('older ones are not', async () => {
    const clock = () => inDays(2)
    const found = refusalsIn(await check({ clock }, [{ ...base, cause: 'certificate_missing' }]))
    expect(found).toMatchObject([
      { status: 'ok', detail: 'nobody was refused in the last day, as far as the hub has run' },
    ])
  })
})
