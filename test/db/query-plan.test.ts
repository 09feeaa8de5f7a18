import { expect, test } from 'vitest'
import { createApiTokenStore } from '../../src/db/api-token-store.ts'
import { createCertificateStatusStore } from '../../src/db/certificate-status-store.ts'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { createClaimStore } from '../../src/db/claim-store.ts'
import { createConsoleSessionStore } from '../../src/db/console-session-store.ts'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { createDeviceListStore } from '../../src/db/device-list-store.ts'
import { createDeviceStore } from '../../src/db/device-store.ts'
import { createIdentityTokenStore } from '../../src/db/identity-token-store.ts'
import { createLegacyCredentialStore } from '../../src/db/legacy-credential-store.ts'
import { createPolicyStore } from '../../src/db/policy-store.ts'
import { createRevocationListStore } from '../../src/db/revocation-list-store.ts'
import { createServiceStore } from '../../src/db/service-store.ts'
import { createSignInLinkStore } from '../../src/db/sign-in-link-store.ts'
import { CERTIFICATE_STATES } from '../../src/registry/certificate.ts'
import type { CertificateQuery } from '../../src/registry/certificate-listing.ts'
import { createApiToken, createCertificate, createDevice, createService, NOON } from './records.ts'

interface Row {
  readonly detail: string
}

const RUN = { sort: 'lastSeen', order: 'asc', size: 9, now: NOON } as const

const LOOK_UPS: readonly { name: string; run: (database: Database) => unknown; index: RegExp }[] = [
  {
    name: 'a device by id',
    run: (database) => createDeviceStore(database).find('d1'),
    index: /SEARCH devices USING INDEX devices_folded_id_unique \(folded_id=\?\)/,
  },
  {
    name: 'a device by client id',
    run: (database) => createDeviceStore(database).findByClientId('x'),
    index: /SEARCH device_client_ids USING INDEX sqlite_autoindex_device_client_ids_1 \(client_id=\?\)/,
  },
  {
    name: 'the devices after a cursor',
    run: (database) => createDeviceStore(database).list({ limit: 10, after: 'd1' }),
    index: /SEARCH devices USING INDEX sqlite_autoindex_devices_1 \(id>\?\)/,
  },
  {
    name: 'the devices of a user',
    run: (database) => createDeviceStore(database).list({ limit: 10, userId: 'ann', state: 'active', search: 'd' }),
    index: /SEARCH devices USING INDEX devices_by_user \(user_id=\? AND id>\?\)/,
  },
  {
    name: 'the devices of a run with a part of a name',
    run: (database) => createDeviceListStore(database).prepareRuns({ ...RUN, search: 'd' })('d1'),
    index: /SEARCH devices USING INDEX sqlite_autoindex_devices_1 \(id>\? AND id<\?\)/,
  },
  {
    name: 'the last device of a run',
    run: (database) => createDeviceListStore(database).prepareRuns(RUN)('d1'),
    index: /SEARCH devices USING COVERING INDEX \w+ \(id>\?\)/,
  },
  {
    name: 'the devices of a run of a user in a state',
    run: (database) => createDeviceListStore(database).prepareRuns({ ...RUN, userId: 'ann', state: 'active' })('d1'),
    index: /SEARCH devices USING INDEX devices_by_user \(user_id=\? AND id>\? AND id<\?\)/,
  },
  {
    name: 'the devices of a run in a state',
    run: (database) => createDeviceListStore(database).prepareRuns({ ...RUN, state: 'active' })('d1'),
    index: /SEARCH devices USING INDEX devices_by_state \(state=\? AND id>\? AND id<\?\)/,
  },
  {
    name: 'the ids of devices in the order of their users',
    run: (database) =>
      createDeviceListStore(database).listKeys({
        sort: 'user',
        order: 'desc',
        limit: 9,
        after: { value: 'a', id: 'd' },
      }),
    index: /SEARCH devices USING COVERING INDEX devices_by_user \(\(user_id,id\)<\(\?,\?\)\)/,
  },
  {
    name: "the ids of a user's devices",
    run: (database) => createDeviceListStore(database).listKeys({ sort: 'id', order: 'asc', limit: 9, userId: 'ann' }),
    index: /SEARCH devices USING COVERING INDEX devices_by_user \(user_id=\?\)/,
  },
  {
    name: 'the rows of devices',
    run: (database) => createDeviceListStore(database).listRows(['d1'], NOON),
    index: /SEARCH devices USING INDEX sqlite_autoindex_devices_1 \(id=\?\)/,
  },
  {
    name: 'a certificate by fingerprint',
    run: (database) => createCertificateStore(database).findByFingerprint('AA'),
    index: /SEARCH certificates USING INDEX certificates_fingerprint_unique \(fingerprint=\?\)/,
  },
  {
    name: 'the certificates of a subject',
    run: (database) => createCertificateStore(database).listOf('device', 'd1'),
    index: /SEARCH certificates USING INDEX certificates_by_subject \(kind=\? AND subject_id=\?\)$/,
  },
  {
    name: 'the retired certificates',
    run: (database) => createCertificateStore(database).listRetired(NOON, 10),
    index: /SEARCH certificates USING INDEX certificates_retiring \(retires_at<\?\)$/,
  },
  {
    name: 'the revoked certificates after a serial number',
    run: (database) => createRevocationListStore(database).listRevoked(NOON, 'AA', 10),
    index: /SEARCH certificates USING COVERING INDEX certificates_revoked \(serial_number>\?\)$/,
  },
  {
    name: 'the certificates after a cursor',
    run: (database) => createCertificateStore(database).list({ limit: 10, after: 'AA', now: NOON, state: 'active' }),
    index: /SEARCH certificates USING COVERING INDEX certificates_listed \(fingerprint>\?\)/,
  },
  {
    name: 'the last certificate of a run',
    run: (database) => createCertificateStore(database).endOfRun('AA', 1000),
    index: /SEARCH certificates USING COVERING INDEX \w+ \(fingerprint>\?\)$/,
  },
  {
    name: 'the certificates of a run that nothing has replaced',
    run: (database) =>
      createCertificateStore(database).list({ limit: 10, after: 'AA', upTo: 'BB', now: NOON, isLatest: true }),
    index: /SEARCH certificates USING INDEX certificates_\w+ \(fingerprint>\? AND fingerprint<\?\)/,
  },
  ...CERTIFICATE_STATES.map((state) => ({
    name: `the certificates that are ${state}`,
    run: (database: Database) => createCertificateStore(database).list({ limit: 10, now: NOON, state }),
    index: /SEARCH certificates USING COVERING INDEX certificates_listed \(fingerprint>\?\)/,
  })),
  {
    name: 'the certificates of a kind that end within a time',
    run: (database) =>
      createCertificateStore(database).list({
        limit: 10,
        now: NOON,
        kind: 'server',
        expiresBefore: NOON,
        expiresAfter: NOON,
      }),
    index: /SEARCH certificates USING COVERING INDEX certificates_listed \(fingerprint>\?\)/,
  },
  {
    name: 'a listed certificate by fingerprint',
    run: (database) => createCertificateStore(database).list({ limit: 10, now: NOON, fingerprint: 'AA' }),
    index: /SEARCH certificates USING (?:COVERING )?INDEX certificates_\w+ \(fingerprint=\?/,
  },
  {
    name: 'the status of a serial number',
    run: (database) => createCertificateStatusStore(database).listStatuses('AA', '4A'),
    index: /SEARCH certificates USING INDEX certificates_by_serial_number \(serial_number=\?\)$/,
  },
  {
    name: 'how many certificates wait for approval',
    run: (database) => createCertificateStore(database).countPending(),
    index: /SEARCH certificates USING INDEX certificates_pending \(pending_since>\?\)/,
  },
  {
    name: 'whether a device names a policy',
    run: (database) => createPolicyStore(database).isAttached('wide'),
    index: /SEARCH device_policies USING COVERING INDEX device_policies_by_policy \(policy=\?\)/,
  },
  {
    name: 'whether a service names a policy',
    run: (database) => createPolicyStore(database).isAttached('wide'),
    index: /SEARCH service_policies USING COVERING INDEX service_policies_by_policy \(policy=\?\)/,
  },
  {
    name: 'a service by name',
    run: (database) => createServiceStore(database).find('billing'),
    index: /SEARCH services USING INDEX services_folded_name_unique \(folded_name=\?\)/,
  },
  {
    name: 'a token by id',
    run: (database) => createApiTokenStore(database).find('k3'),
    index: /SEARCH api_tokens USING INDEX sqlite_autoindex_api_tokens_1 \(id=\?\)/,
  },
  {
    name: 'a session of the console by id',
    run: (database) => createConsoleSessionStore(database).find('k3'),
    index: /SEARCH console_sessions USING INDEX sqlite_autoindex_console_sessions_1 \(id=\?\)/,
  },
  {
    name: 'a sign-in link by id',
    run: (database) => createSignInLinkStore(database).find('k3'),
    index: /SEARCH sign_in_links USING INDEX sqlite_autoindex_sign_in_links_1 \(id=\?\)/,
  },
  {
    name: 'a token of a device by id',
    run: (database) => createIdentityTokenStore(database).find('k3'),
    index: /SEARCH identity_tokens USING INDEX sqlite_autoindex_identity_tokens_1 \(id=\?\)/,
  },
  {
    name: 'the tokens of a device',
    run: (database) => createIdentityTokenStore(database).listOf('device', 'd1'),
    index: /SEARCH identity_tokens USING INDEX identity_tokens_by_subject \(kind=\? AND subject_id=\?\)$/,
  },
  {
    name: 'an imported password by device',
    run: (database) => createLegacyCredentialStore(database).find('d1'),
    index: /SEARCH legacy_credentials USING INDEX sqlite_autoindex_legacy_credentials_1 \(device_id=\?\)/,
  },
  {
    name: 'an imported password by user name',
    run: (database) => createLegacyCredentialStore(database).findByUserName('x'),
    index: /SEARCH legacy_credentials USING INDEX legacy_credentials_user_name_unique \(user_name=\?\)/,
  },
  {
    name: 'the imported passwords that end soon',
    run: (database) => createLegacyCredentialStore(database).listEnding(NOON, NOON),
    index: /SEARCH legacy_credentials USING INDEX legacy_credentials_by_end \(ends_at>\? AND ends_at<\?\)$/,
  },
  {
    name: 'a claim by its id',
    run: (database) => createClaimStore(database).find('c1'),
    index: /SEARCH claims USING INDEX sqlite_autoindex_claims_1 \(id=\?\)/,
  },
  {
    name: 'the claim of a device',
    run: (database) => createClaimStore(database).findOf('d1'),
    index: /SEARCH claims USING INDEX claims_device_id_unique \(device_id=\?\)/,
  },
]

for (const { name, run, index } of LOOK_UPS) {
  test(`${name}: an index finds it`, () => {
    using database = openDatabase()
    const plans = recordPlans(database)
    run(database)
    expect(plans().join('\n')).toMatch(new RegExp(index.source, 'm'))
  })
}

/** Each finds few, which are sorted then. */
const NARROW: readonly { name: string; query: Partial<CertificateQuery>; index: RegExp }[] = [
  {
    name: 'a serial number',
    query: { serialNumber: '4A' },
    index: /SEARCH certificates USING INDEX certificates_by_serial_number \(serial_number=\?\)/,
  },
  {
    name: 'a subject',
    query: { subjectId: 'd1', state: 'active' },
    index: /SEARCH certificates USING INDEX certificates_by_subject \(kind=\? AND subject_id=\?\)/,
  },
]

for (const { name, query, index } of NARROW) {
  test(`the certificates of ${name}: an index finds them`, () => {
    using database = openDatabase()
    const plans = recordPlans(database)
    createCertificateStore(database).list({ limit: 10, now: NOON, ...query })
    expect(plans().join('\n')).toMatch(index)
  })
}

test('a device by the names of its certificates: an index finds it', () => {
  using database = openDatabase()
  const plans = recordPlans(database)
  createDeviceStore(database).list({ limit: 10, search: '4A' })
  createDeviceStore(database).list({ limit: 10, search: 'AB'.repeat(32) })
  expect(plans()).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/SEARCH certificates USING INDEX certificates_by_serial_number \(serial_number=\?\)/),
      expect.stringMatching(/SEARCH certificates USING INDEX certificates_\w+ \(fingerprint=\?\)/),
    ]),
  )
})

test('no statement of any store scans a table that grows with the fleet or sorts what an index has in order', () => {
  using database = openDatabase()
  const plans = recordPlans(database)
  for (const { run } of LOOK_UPS) run(database)
  useWrites(database)
  const scans = plans().filter((detail) => /^SCAN (?!policies|json_each|CONSTANT ROW)/.test(detail))
  expect(scans).toStrictEqual([])
  // The lists of one device are sorted inside its row; nothing else is.
  const sorts = plans().filter((detail) => detail.includes('TEMP B-TREE') && !detail.includes('json_group_array'))
  expect(sorts).toStrictEqual([])
})

function useWrites(database: Database): void {
  const devices = createDeviceStore(database)
  devices.save(createDevice('d1', { policies: ['wide'], clientIds: ['x'] }))
  devices.delete('d1')
  const services = createServiceStore(database)
  services.save(createService('billing', { policies: ['wide'] }))
  services.list({ limit: 10 })
  services.delete('billing')
  const certificates = createCertificateStore(database)
  certificates.insert(createCertificate('d1'))
  certificates.markFirstSeen(createCertificate('d1'), NOON)
  certificates.markRetiring(['AA'], NOON)
  certificates.markRevoked(['AA'], NOON, 'superseded')
  const tokens = createApiTokenStore(database)
  tokens.insert(createApiToken('k3'))
  tokens.markUsed('k3', NOON)
  tokens.markRevoked('k3', NOON)
  const claims = createClaimStore(database)
  claims.markUsed('c1', NOON)
  claims.deleteOf('d1')
}

/** Explains every statement that is prepared from now on. */
function recordPlans({ sqlite }: Database): () => readonly string[] {
  const statements = new Set<string>()
  const prepare = sqlite.prepare.bind(sqlite)
  sqlite.prepare = ((statement: string) => {
    statements.add(statement)
    return prepare(statement)
  }) as typeof sqlite.prepare
  return () =>
    [...statements].filter(isOfFleet).flatMap((statement) =>
      prepare<[], Row>(`explain query plan ${statement.replaceAll('?', "'x'")}`)
        .all()
        .map(({ detail }) => detail),
    )
}

/** People have few of these, which are listed whole. */
function isOfFleet(statement: string): boolean {
  return !/^select [^(]* from "(api_tokens|console_sessions)" order by /.test(statement)
}
