import type { KeyCost } from './backup/archive-key.ts'
import type { MessageFeed } from './broker/delivery/message-feed.ts'
import type { AskSecret } from './ca/ca-key.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Origin } from './config-source.ts'
import type { EventFeed } from './events.ts'
import type { Logger } from './logger.ts'
import type { MayAccess } from './registry/narrowed-access.ts'

export interface Hub extends AsyncDisposable {
  readonly mqttPort: number
  /** Of MQTT without TLS, where that is on. */
  readonly plainMqttPort: number | undefined
  readonly apiPort: number
  /** Of redirects to HTTPS, where that is on. */
  readonly redirectPort: number | undefined
  readonly caFingerprint: string
  /** PEM; what devices verify the hub with. */
  readonly caCertificate: string
  readonly caCreated: boolean
  /** None of a hub in memory. */
  readonly adminTokenFile?: string
  /** Of the certificate that HTTPS shows now. */
  readonly serverNames: readonly string[]
  /** Of a hub that has never run before: where its first administrator signs in; nothing where the mode lets nobody in so. */
  createSetUpLink?(): Promise<string | undefined>
  readonly events: EventFeed
  /** Every message that was accepted. */
  readonly messages: Pick<MessageFeed, 'subscribe'>
  /** Reads again the configuration and the files of certificates that it names, and puts in force what a running hub can take. */
  reload(): Promise<void>
  /** Ends at once what the clock has ended, as a hub does every 30 s by itself: for who moves its clock. */
  sweep(): Promise<void>
  /** Asks the API as its administrator, without a connection; of the URL only path and query matter. */
  fetch(request: Request): Promise<Response>
}

/** What the process tells of itself. */
export interface Runtime {
  /** Of Node. */
  readonly version: string
  /** Octets of memory that it holds. */
  readonly rss: () => number
}

export interface HubOverrides {
  readonly logger: Logger
  /** Told to whoever finds the data folder in use. */
  readonly pid: number
  /** None: memory is what V8 holds, and the version of Node is not told. */
  readonly runtime?: Runtime
  readonly clock?: Clock
  /** How the configuration is read again; without it the settings stay as they are. */
  readonly reread?: () => Promise<Config>
  /** Where the value of each setting stands, by its key; without it a program has given them. */
  readonly originOf?: (key: string) => Origin | undefined
  /** Asked for the passphrase or PIN of the CA's key, where it needs one and none is configured. */
  readonly askSecret?: AskSecret
  /** Neither of the two folders is touched: all is gone with the hub. */
  readonly inMemory?: boolean
  /** Asked beside the policies, which it can only narrow; its answers hold until a policy changes. */
  readonly mayAccess?: MayAccess
  /** Of a guess of a backup's passphrase; without it a dear one. For tests that make backup after backup. */
  readonly backupCost?: KeyCost
  /** Off, MQTT packets take the long way; for tests. */
  readonly fastPath?: boolean
}
