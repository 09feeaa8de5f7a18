import { History } from '../../src/api/metrics/history.ts'
import type { ObservationPorts } from '../../src/api/observation-ports.ts'

export const SECRET = 'a passphrase that nobody is shown'

/** A hub with one device, of which the console asks. */
export function createObservationDouble(now: Date, noted: (...call: unknown[]) => void): ObservationPorts {
  const certificate = {
    fingerprint: '0A:1B:2C:3D:4E:5F:60:71:82',
    subject: 'CN=Signet CA',
    serialNumber: '01',
    notBefore: now,
    notAfter: now,
  }
  return {
    overview: {
      read: async () => ({
        version: '1.2.3',
        startedAt: new Date(now.getTime() - 90_500),
        now,
        modes: { mqtt: 'mtls', api: 'token' },
        devices: { total: 3, connected: 2, suspended: 1 },
        services: { total: 1, connected: 0 },
        enrolments: { pending: 2 },
        refusalsLastHour: 4,
        certificates: { within30Days: 2, byWeek: [1, 0, 1] },
        sessions: { live: 2, stored: 2, waiting: 1 },
        queued: { messages: 5, bytes: 50 },
        process: { rss: 100, heapUsed: 10, heapTotal: 20, eventLoopDelay: { p50: 0.1, p99: 2 } },
        disk: { free: 1, total: 2 },
        databaseBytes: 4096,
        lastBackupAt: undefined,
        findings: [
          {
            check: 'database',
            status: 'failed',
            code: 'not_ready',
            values: { check: 'database' },
            detail: 'Not ready',
          },
        ],
      }),
      history: (range) => new History(now).read(range, now),
    },
    deniedTopics: {
      list(limit) {
        noted('deniedTopics.list', limit)
        return [{ kind: 'device', id: 'device-001', topic: 'a/b', action: 'publish', count: 7, lastAt: now }]
      },
    },
    isServiceConnected: (name) => name === 'backend',
    deviceList: {
      async page(query) {
        noted('deviceList.page', query)
        const row = {
          id: 'device-001',
          userId: 'user-1',
          state: 'active',
          policies: [],
          clientIds: ['spare'],
          createdAt: now,
          legacy: { userName: 'old name', endsAt: now },
          certificateEnds: now,
          connection: { connectedAt: now, address: '192.0.2.7' },
          lastSeenAt: now,
        } as const
        return { items: [row], last: { value: 'user-1', id: 'device-001' } }
      },
      count: async () => 12,
    },
    search(text) {
      noted('search', text)
      return [{ kind: 'device', id: 'device-001', matched: 'id', text: 'device of user-1' }]
    },
    messageStreams: {
      open: ({ topicFilter, deviceId }) => new Blob([JSON.stringify({ topicFilter, deviceId })]).stream(),
    },
    settingsInForce: () => [
      {
        key: 'ca.passphrase',
        kind: 'secret',
        value: SECRET,
        text: SECRET,
        origin: { layer: 'environment', place: 'SIGNET_CA__PASSPHRASE' },
        fallback: undefined,
        live: false,
        description: 'Of the key of the CA.',
      },
      {
        key: 'data_dir',
        kind: 'folder',
        value: '/var/lib/signet',
        text: '/var/lib/signet',
        origin: { layer: 'file', place: 'config.yaml:3 data_dir' },
        fallback: './data',
        live: false,
        description: 'Where the data lie.',
      },
      {
        key: 'pki.public_url',
        kind: 'text',
        value: 'https://eva:hunter2@hub.example.com/',
        text: 'https://eva:hunter2@hub.example.com/',
        origin: { layer: 'flag', place: '--pki-public-url' },
        fallback: undefined,
        live: true,
        description: 'Where anybody finds the public documents.',
      },
    ],
    machine: { node: 'v24.21.0', platform: 'linux', architecture: 'x64', processors: 2, memory: 4096 },
    authorityPublications: () => ({
      current: {
        chain: [certificate],
        revocationList: { number: 7, thisUpdate: now, nextUpdate: now, entries: 2, isBehind: false },
        ocspSignerEnds: now,
      },
      retiring: undefined,
    }),
  }
}
