/** How a setting is written, which decides how its text in a variable or flag is read. */
export type SettingKind =
  | 'text'
  | 'number'
  | 'size'
  | 'duration'
  | 'toggle'
  | 'list'
  | 'map'
  | 'folder'
  | 'file'
  | 'secret'

/** What the schema says of a setting beside its rule. */
export interface SettingNotes {
  readonly kind: SettingKind
  /** One sentence for the reference. */
  readonly description: string
  /** The rule in words, for errors: "expected ...". */
  readonly expected: string
  /** An older variable of the same meaning. */
  readonly alias?: string
  /** A value to show where there is no default. */
  readonly example?: unknown
  /** Resolves the relative paths in a value that was accepted, other than a folder. */
  readonly relocate?: (value: unknown, base: string) => unknown
}

/** A setting with its three names: the key in the file, the environment variable and the flag. */
export interface Setting extends SettingNotes {
  readonly key: string
  readonly variable: string
  readonly flag: string
  readonly fallback: unknown
}

export function createSetting(key: string, notes: SettingNotes, fallback: unknown): Setting {
  return {
    ...notes,
    key,
    variable: `SIGNET_${key.replaceAll('.', '__').toUpperCase()}`,
    // Everybody on the machine may read the arguments of a process: a secret is named by its file there.
    flag: `--${key.replaceAll(/[._]/g, '-')}${notes.kind === 'secret' ? '-file' : ''}`,
    fallback,
  }
}

const TEXT_READERS = {
  text: (text) => text,
  folder: (text) => text,
  file: (text) => text,
  secret: (text) => text,
  number: readNumber,
  size: readNumber,
  duration: readNumber,
  toggle: (text) => (text === 'true' ? true : text === 'false' ? false : text),
  list: readJson,
  map: readJson,
} as const satisfies Record<SettingKind, (text: string) => unknown>

/** The value that a variable or flag stands for; text that is none stays text, and the schema refuses it. */
export function readSettingText(kind: SettingKind, text: string): unknown {
  return TEXT_READERS[kind](text)
}

function readNumber(text: string): unknown {
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** A value as an error shows it: short, on one line, and no secret. */
export function formatFound(value: unknown, kind?: SettingKind): string {
  if (value === undefined || value === null || value === '') return 'nothing'
  if (kind === 'secret') return 'something else'
  if (Array.isArray(value) && value.length === 0) return 'an empty list'
  if (typeof value === 'object' && !Array.isArray(value)) return 'a map'
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

const UNITS = ['GiB', 'MiB', 'KiB'] as const
const UNIT_BYTES = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const satisfies Record<
  (typeof UNITS)[number],
  number
>

export const SIZE_PATTERN = /^(\d{1,9}) ?(KiB|MiB|GiB)$/

/** `16KiB` to 16384; the text matches `SIZE_PATTERN`. */
export function readSize(text: string): number {
  const unit = UNITS.find((name) => text.endsWith(name))
  return Number.parseInt(text, 10) * (unit === undefined ? 1 : UNIT_BYTES[unit])
}

export function formatSize(bytes: number): string {
  const unit = UNITS.find((name) => bytes > 0 && bytes % UNIT_BYTES[name] === 0)
  return unit === undefined ? String(bytes) : `${bytes / UNIT_BYTES[unit]}${unit}`
}
