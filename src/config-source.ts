import { formatFound, readSettingText, type Setting } from './config-setting.ts'
import { nearestName } from './nearest-name.ts'

export type ConfigLayer = 'default' | 'file' | '.env' | 'environment' | 'flag'

/** Where a value stands: its layer, and its place there in an administrator's words. */
export interface Origin {
  readonly layer: ConfigLayer
  readonly place: string
}

/** A value that some source gives to a setting; relative paths in it start at `base`. */
export interface ConfigEntry {
  readonly setting: Setting
  readonly value: unknown
  /** The value is the path of the file that holds it. */
  readonly inFile?: boolean
  readonly origin: Origin
  readonly base: string
}

/** What one source holds: values, and what is wrong with it, each as one sentence. */
export interface ConfigSource {
  readonly entries: readonly ConfigEntry[]
  readonly faults: readonly string[]
}

/** A line of a config.yaml: a key with a value, or with further keys under it. */
export interface FileNode {
  readonly name: string
  readonly line: number
  readonly value?: unknown
  readonly children?: readonly FileNode[]
}

export interface FileTree {
  readonly nodes: readonly FileNode[]
  readonly problems: readonly { readonly line: number; readonly message: string }[]
}

export function readDefaults(settings: readonly Setting[], base: string): ConfigSource {
  const origin: Origin = { layer: 'default', place: 'default' }
  const known = settings.filter(({ fallback }) => fallback !== undefined)
  return { entries: known.map((setting) => ({ setting, value: setting.fallback, origin, base })), faults: [] }
}

/** The keys of a config.yaml, named as `config.yaml:3 api.port`. */
export function readTree(
  { nodes, problems }: FileTree,
  settings: readonly Setting[],
  { file, base }: { readonly file: string; readonly base: string },
): ConfigSource {
  const byKey = new Map(settings.map((setting) => [setting.key, setting]))
  const byFileKey = new Map(settings.filter(isSecret).map((setting) => [`${setting.key}_file`, setting]))
  const groups = new Set(settings.flatMap(({ key }) => groupsOf(key)))
  const entries: ConfigEntry[] = []
  const faults = problems.map(({ line, message }) => `${file}:${line}: ${message}`)
  for (const node of nodes) visit(node, node.name)
  return { entries, faults }

  function visit({ name, line, value, children }: FileNode, key: string): void {
    const inFile = byFileKey.has(key)
    const setting = byFileKey.get(key) ?? byKey.get(key)
    const place = `${file}:${line} ${key}`
    if (setting !== undefined && name.includes('.'))
      faults.push(`${place}: unknown setting; write it as ${nested(key)}`)
    else if (setting !== undefined) {
      const given = children === undefined ? value : setting.kind === 'map' ? readPlain(children) : {}
      entries.push({ setting, value: given, inFile, origin: { layer: 'file', place }, base })
    } else if (!groups.has(key)) faults.push(`${place}: unknown setting${suggest(key, [...byKey.keys(), ...groups])}`)
    else if (children !== undefined) for (const child of children) visit(child, `${key}.${child.name}`)
    else if (value !== null) faults.push(`${place}: expected a map of settings, found ${formatFound(value)}`)
  }
}

function readPlain(nodes: readonly FileNode[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(nodes.map(({ name, value, children }) => [name, children ? readPlain(children) : value]))
}

/** `mqtt` and `mqtt.plain` of `mqtt.plain.port`. */
function groupsOf(key: string): readonly string[] {
  const names = key.split('.').slice(0, -1)
  return names.map((_, index) => names.slice(0, index + 1).join('.'))
}

function nested(key: string): string {
  const names = key.split('.')
  return `${names.join(': { ')}: ...${' }'.repeat(names.length - 1)}`
}

/** Variables of the environment, or of an `.env` file; a setting's own variable wins over its alias. */
export function readVariables(
  env: NodeJS.Dict<string>,
  settings: readonly Setting[],
  { layer, base }: { readonly layer: '.env' | 'environment'; readonly base: string },
): ConfigSource {
  const place = (name: string): string => (layer === '.env' ? `.env ${name}` : name)
  const entries = settings.flatMap((setting) =>
    variablesOf(setting).flatMap((name) => {
      const text = Object.hasOwn(env, name) ? env[name] : undefined
      if (text === undefined) return []
      const inFile = isSecret(setting) && name !== setting.variable
      const value = readSettingText(setting.kind, text)
      return [{ setting, value, inFile, origin: { layer, place: place(name) }, base }]
    }),
  )
  const names = new Set(settings.flatMap(variablesOf))
  const unknown = Object.keys(env).filter((name) => name.startsWith('SIGNET_') && !names.has(name))
  return { entries, faults: unknown.map((name) => `${place(name)}: unknown variable${suggest(name, names)}`) }
}

/** Every variable that sets it, the one that wins last; of a secret also the one that names its file. */
export function variablesOf({ kind, variable, alias }: Setting): readonly string[] {
  if (kind === 'secret') return [`${variable}_FILE`, variable]
  return alias === undefined ? [variable] : [alias, variable]
}

function isSecret({ kind }: Setting): boolean {
  return kind === 'secret'
}

/** Flags as they were typed: `--api-port 3000`, `--api-port=3000`; one of yes or no may stand alone. The last one wins. */
export function readFlags(args: readonly string[], settings: readonly Setting[], base: string): ConfigSource {
  const byFlag = new Map(settings.map((setting) => [setting.flag, setting]))
  const entries: ConfigEntry[] = []
  const faults: string[] = []
  const rest = [...args]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith('-')) {
      faults.push(`${word}: unexpected argument`)
      continue
    }
    const [flag = word, text] = splitFlag(word)
    const setting = byFlag.get(flag)
    const value = text ?? takeValue(rest, setting)
    if (setting === undefined) faults.push(`${flag}: unknown flag${suggest(flag, byFlag.keys())}`)
    else if (value === undefined) faults.push(`${flag}: expected ${setting.expected}, found nothing`)
    else {
      const origin = { layer: 'flag', place: flag } as const
      entries.push({
        setting,
        value: readSettingText(setting.kind, value),
        inFile: isSecret(setting),
        origin,
        base,
      })
    }
  }
  return { entries, faults }
}

function splitFlag(word: string): readonly [flag: string, text?: string] {
  const equals = word.indexOf('=')
  return equals === -1 ? [word] : [word.slice(0, equals), word.slice(equals + 1)]
}

function takeValue(rest: string[], setting: Setting | undefined): string | undefined {
  const next = rest[0]
  if (setting?.kind === 'toggle') return next === 'true' || next === 'false' ? rest.shift() : 'true'
  return next === undefined || next.startsWith('--') ? undefined : rest.shift()
}

function suggest(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known)
  return nearest === undefined ? '' : `; the nearest is ${nearest}`
}
