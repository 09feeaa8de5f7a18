import type { FindingCode, FindingValues } from '../finding.ts'
import type { DeniedTopics } from '../registry/denied-topics.ts'
import type { DeviceList } from '../registry/device-list.ts'
import type { Search } from '../registry/search.ts'
import type { MessageStreams } from './messages/message-streams.ts'
import type { HistoryColumns, HistoryRange } from './metrics/history.ts'
import type { AuthModes } from './ports.ts'

/** How the hub is, in the numbers that a page begins with. */
export interface Overview {
  readonly version: string
  readonly startedAt: Date
  readonly now: Date
  readonly modes: AuthModes
  readonly devices: { readonly total: number; readonly connected: number; readonly suspended: number }
  readonly services: { readonly total: number; readonly connected: number }
  readonly enrolments: { readonly pending: number }
  /** Or since the start, where that was later. */
  readonly refusalsLastHour: number
  readonly certificates: { readonly within30Days: number; readonly byWeek: readonly number[] }
  readonly sessions: { readonly live: number; readonly stored: number; readonly waiting: number }
  readonly queued: { readonly messages: number; readonly bytes: number }
  readonly process: {
    readonly rss: number
    readonly heapUsed: number
    readonly heapTotal: number
    /** Milliseconds, of the last minute; none before the first ten seconds are over. */
    readonly eventLoopDelay: { readonly p50: number; readonly p99: number } | undefined
  }
  /** None of a hub in memory. */
  readonly disk: { readonly free: number; readonly total: number } | undefined
  readonly databaseBytes: number | undefined
  readonly lastBackupAt: Date | undefined
  /** What is red, and what is not as it should be. */
  readonly findings: readonly {
    readonly check: string
    readonly status: 'failed' | 'warning'
    readonly code: FindingCode
    readonly values: FindingValues[FindingCode]
    readonly detail: string
  }[]
}

export interface OverviewCalls {
  read(): Promise<Overview>
  history(range: HistoryRange): HistoryColumns
}

/** A setting with the value that is in force. */
export interface SettingInForce {
  readonly key: string
  readonly kind: string
  readonly value: unknown
  /** As config.yaml takes it. */
  readonly text: string
  readonly origin: {
    readonly layer: 'default' | 'file' | '.env' | 'environment' | 'flag' | 'program'
    readonly place: string
  }
  readonly fallback: string | undefined
  /** Whether a running hub takes a new value. */
  readonly live: boolean
  readonly description: string
}

/** A certificate of a CA, as a page shows it. */
export interface CaCertificate {
  readonly fingerprint: string
  readonly subject: string
  readonly serialNumber: string
  readonly notBefore: Date
  readonly notAfter: Date
}

/** A CA whose key is here, and what it publishes. */
export interface SigningAuthority {
  /** The issuing certificate first, its root last. */
  readonly chain: readonly [CaCertificate, ...CaCertificate[]]
  /** None before the first was signed. */
  readonly revocationList:
    | {
        readonly number: number
        readonly thisUpdate: Date
        readonly nextUpdate: Date
        /** Unknown of one that was signed before the start. */
        readonly entries: number | undefined
        readonly isBehind: boolean
      }
    | undefined
  /** None: nobody has asked for a status yet. */
  readonly ocspSignerEnds: Date | undefined
}

/** What the hub runs on. */
export interface Machine {
  /** None: nobody tells. */
  readonly node: string | undefined
  readonly platform: string
  readonly architecture: string
  readonly processors: number
  /** Octets. */
  readonly memory: number
}

export interface AuthorityPublications {
  readonly current: SigningAuthority
  readonly retiring: SigningAuthority | undefined
}

/** What a console asks beside what there is for programs. */
export interface ObservationPorts {
  readonly overview: OverviewCalls
  readonly deniedTopics: Pick<DeniedTopics, 'list'>
  readonly deviceList: DeviceList
  readonly isServiceConnected: (name: string) => boolean
  readonly search: Search
  readonly messageStreams: Pick<MessageStreams, 'open'>
  readonly settingsInForce: () => readonly SettingInForce[]
  readonly machine: Machine
  readonly authorityPublications: () => AuthorityPublications
}
