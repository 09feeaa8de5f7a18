/** What a verb knows of the world around it: the process at the edge, streams of its own in a test. */
export interface Terminal {
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
  /** Where SIGTERM, SIGINT and SIGHUP are heard. */
  readonly signals: SignalSource
  readonly cwd: string
  /** How this program was called, for commands to type next. */
  readonly command: string
  /** Ends a process that did not end by itself. */
  abandon(): void
}

export interface Input extends AsyncIterable<string | Uint8Array> {
  readonly isTTY?: boolean
  /** Of a terminal: on, it shows nothing of what is typed, and gives it key by key. */
  setRawMode?(isRaw: boolean): unknown
}

export interface Output {
  write(text: string): unknown
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
  /** Reads again the configuration, and the files of certificates that it names; throws what is wrong with them. */
  reload(): Promise<void>
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
}

/** What every verb is made from. */
export interface CommandContext {
  readonly terminal: Terminal
  readonly local: LocalHub
  readonly version: string
  /** The settings as help lists them; empty where the verb takes none. */
  readonly settingsHelp: string
}
