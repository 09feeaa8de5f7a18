/** What a verb knows of the world around it: the process at the edge, streams of its own in a test. */
export interface Terminal {
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
  /** Where SIGTERM, SIGINT and SIGHUP are heard. */
  readonly signals: SignalSource
  /** Aborted when nobody reads stdout any more, as in `signet events --follow | head`. */
  readonly outputEnded: AbortSignal
  readonly cwd: string
  /** How this program was called, for commands to type next. */
  readonly command: string
  /** Ends a process that did not end by itself. */
  abandon(): void
}

export interface Input extends AsyncIterable<string | Uint8Array> {
  readonly isTTY?: boolean
  /** Of a terminal: raw, it shows nothing of what is typed and sends each letter as it comes. */
  setRawMode?(isRaw: boolean): unknown
}

export interface Output {
  write(text: string, done?: (error?: Error | null) => void): unknown
  readonly isTTY?: boolean
}

export interface SignalSource {
  on(signal: Signal, listener: () => void): unknown
  off(signal: Signal, listener: () => void): unknown
}

export type Signal = 'SIGTERM' | 'SIGINT' | 'SIGHUP'

export interface SettingsRequest {
  readonly configFile?: string
  /** As they were typed: `['--api-port', '3001']`. */
  readonly flags: readonly string[]
}

/** The settings that a verb needs on the hub's own machine. */
export interface LocalSettings {
  readonly certsDir: string
  readonly dataDir: string
  readonly apiPort: number
  readonly mqttPort: number
  /** `ca.passphrase` */
  readonly caPassphrase?: string
  /** `backup.passphrase`. */
  readonly backupPassphrase?: string
}

export interface SavedSettings {
  readonly configFile: string
  readonly warnings: readonly string[]
}

export interface EffectiveSetting {
  readonly key: string
  readonly value: unknown
  /** As config.yaml takes it. */
  readonly text: string
  readonly origin: string
}

export interface RunningHub extends AsyncDisposable {
  readonly mqttPort: number
  readonly apiPort: number
  readonly caFingerprint: string
  readonly caCreated: boolean
  /** None of a hub in memory. */
  readonly adminTokenFile?: string
  readonly serverNames: readonly string[]
  /** Of a hub that has never run before: where its first administrator signs in; nothing where the mode lets nobody in so. */
  createSetUpLink?(): Promise<string | undefined>
  /** Reads again the configuration, and the files of certificates that it names; throws what is wrong with them. */
  reload(): Promise<void>
}

/** What an archive says of itself. */
export interface BackupSummary {
  readonly contents: 'hub' | 'ca'
  readonly version: string
  readonly createdAt: string
  readonly ca: {
    readonly fingerprint: string
    readonly hasKey: boolean
    /** None: no root stands above it. */
    readonly hasRootKey?: boolean
  }
  readonly registry?: {
    readonly devices: number
    readonly services: number
    readonly certificates: number
    readonly revoked: number
  }
  readonly messages?: { readonly sessions: number; readonly queued: number }
  /** What must be provided elsewhere, each as a sentence. */
  readonly notIncluded: readonly string[]
}

export interface RestoreRequest extends SettingsRequest {
  readonly file: string
  readonly passphrase: string
  readonly contents: 'hub' | 'ca'
  /** Goes over what else would be refused. */
  readonly isForced: boolean
  /** Changes nothing. */
  readonly isPreview: boolean
}

/** How many, and the first of them by name. */
export interface Named {
  readonly count: number
  readonly names: readonly string[]
}

export interface RestoreReport {
  readonly backup: BackupSummary
  /** What is refused unless it is forced. */
  readonly obstacles: readonly { readonly code: string; readonly sentence: string }[]
  /** None: there is nothing to lose, or it cannot be read. */
  readonly losses?: {
    readonly devices: Named
    readonly services: Named
    readonly administrators: Named
    readonly certificates: Named
    readonly policies: Named
    readonly tokens: number
    readonly revoked: Named
    readonly suspended: Named
    readonly removed: Named
  }
  /** What MQTT keeps now. */
  readonly messages?: { readonly sessions: number; readonly queued: number; readonly retained: number }
  /** Folders with the files that were replaced. */
  readonly aside: { readonly data?: string; readonly certs?: string }
  readonly folders: { readonly data: string; readonly certs: string }
}

/** What main.ts lends the verbs: all that works without a running hub. */
export interface LocalHub {
  readSettings(request: SettingsRequest): Promise<LocalSettings>
  listSettings(request: SettingsRequest): Promise<readonly EffectiveSetting[]>
  start(request: SettingsRequest): Promise<RunningHub>
  /** Writes `ssl.*` into config.yaml. */
  saveSslSettings(request: SettingsRequest): Promise<SavedSettings>
  /** Encrypts the CA's key in its file, gives it another passphrase, or writes it in the clear; refused while a hub runs. */
  changeCaKeys(
    request: SettingsRequest,
    change: { readonly present?: string; readonly wanted?: string },
  ): Promise<readonly { readonly keyPath: string; readonly hasOtherNames: boolean }[]>
  /** Makes a key on this machine, and the request for its certificate. */
  requestKey(deviceId: string): Promise<KeyRequest>
  /** Keeps an archive as a file, once it was read back from there; throws what is wrong with either. */
  saveBackup(stream: AsyncIterable<Uint8Array>, file: string, passphrase: string): Promise<BackupSummary>
  /** Throws what stands in its way; leaves the present state as it is then. */
  restore(request: RestoreRequest): Promise<RestoreReport>
}

/** A key and the PKCS#10 request that it has signed, both PEM. */
export interface KeyRequest {
  readonly csr: string
  readonly key: string
}

/** What every verb is made from. */
export interface CommandContext {
  readonly terminal: Terminal
  readonly local: LocalHub
  readonly version: string
  /** The settings as help lists them; empty where the verb takes none. */
  readonly settingsHelp: string
}
