import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { acceptValue, type Config, type ConfigInput, createConfig, readValue, SETTINGS } from './config.ts'
import { findHalfSetBackup } from './config-backup.ts'
import { findHsmFaults } from './config-ca-key.ts'
import { findHalfSetCertificates } from './config-certificate.ts'
import { findHalfSetEmqx } from './config-emqx.ts'
import { ConfigurationError } from './config-error.ts'
import { parseConfigFile } from './config-file.ts'
import { findFaults } from './config-listeners.ts'
import { findProxyFaults } from './config-proxy-faults.ts'
import { formatValue } from './config-reference.ts'
import { formatFound } from './config-setting.ts'
import { type ConfigSource, type Origin, readDefaults, readFlags, readTree, readVariables } from './config-source.ts'

export interface ConfigRequest {
  readonly cwd: string
  readonly env: NodeJS.Dict<string>
  /** As they were typed: `['--api-port', '3001']`. */
  readonly flags: readonly string[]
  /** Must exist, unlike the `config.yaml` of the current folder. */
  readonly configFile?: string
  readonly readFile?: (path: string) => string
}

export interface LoadedConfig {
  readonly config: Config
  /** Where the value of each setting stands, by key. */
  readonly origins: ReadonlyMap<string, Origin>
  /** The config.yaml that was read, where there was one. */
  readonly configFile: string | undefined
}

/** Default < config.yaml < .env < environment < flags; throws one `ConfigurationError` with all that is wrong. */
export function loadConfig(request: ConfigRequest): LoadedConfig {
  const { cwd, env, flags } = request
  const { file: configFile, ...source } = readConfigFile(request)
  const sources = [
    readDefaults(SETTINGS, cwd),
    source,
    readDotenv(request),
    readVariables(env, SETTINGS, { layer: 'environment', base: cwd }),
    readFlags(flags, SETTINGS, cwd),
  ]
  const { values, origins, faults, refused } = merge(sources, request.readFile)
  // Each value was accepted by its own rule, which is all that ConfigInput says.
  const config = createConfig(nest(values) as ConfigInput)
  faults.push(
    ...findFaults(config, { refused, origins }),
    ...findHalfSetEmqx(config, refused),
    ...findHalfSetBackup(config, refused),
    ...findHalfSetCertificates(config, refused),
    ...findHsmFaults(config, refused),
    ...findProxyFaults(config, refused),
  )
  if (faults.length > 0) throw new ConfigurationError(faults)
  return { config, origins, configFile }
}

export interface EffectiveSetting {
  readonly key: string
  readonly value: unknown
  /** As config.yaml takes it. */
  readonly text: string
  readonly origin: string
}

/** Every setting with the value it has, and where that stands. */
export function listEffectiveSettings({ config, origins }: LoadedConfig): readonly EffectiveSetting[] {
  return SETTINGS.map(({ key, kind }) => {
    const found = readValue(config, key)
    const value = kind === 'secret' && found !== undefined ? '(hidden)' : found
    const text = value === undefined ? 'none' : formatValue(kind, value)
    return { key, value, text, origin: origins.get(key)?.place ?? 'default' }
  })
}

function readConfigFile({
  cwd,
  configFile,
  readFile = readText,
}: ConfigRequest): ConfigSource & { readonly file?: string } {
  const path = resolve(cwd, configFile ?? 'config.yaml')
  const file = configFile ?? 'config.yaml'
  const read = tryToRead(path, file, readFile)
  if ('text' in read) return { ...readTree(parseConfigFile(read.text), SETTINGS, { file, base: dirname(path) }), file }
  return { entries: [], faults: read.missing && configFile === undefined ? [] : [read.fault] }
}

function readDotenv({ cwd, readFile = readText }: ConfigRequest): ConfigSource {
  const read = tryToRead(resolve(cwd, '.env'), '.env', readFile)
  if ('text' in read) return readVariables(parseEnv(read.text), SETTINGS, { layer: '.env', base: cwd })
  return { entries: [], faults: read.missing ? [] : [read.fault] }
}

type ReadAttempt = { readonly text: string } | { readonly missing: boolean; readonly fault: string }

function tryToRead(path: string, name: string, readFile: (path: string) => string): ReadAttempt {
  try {
    return { text: readFile(path) }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const reason = code === 'ENOENT' ? 'there is no such file' : code
    return { missing: code === 'ENOENT', fault: `${name}: cannot be read: ${reason} (${path})` }
  }
}

function readText(path: string): string {
  return readFileSync(path, 'utf8')
}

function merge(sources: readonly ConfigSource[], readFile = readText) {
  const values = new Map<string, unknown>()
  const origins = new Map<string, Origin>()
  const faults = sources.flatMap((source) => source.faults)
  const refused = new Set<string>()
  for (const { setting, inFile = false, origin, base, ...entry } of sources.flatMap((source) => source.entries)) {
    const read = inFile ? tryToRead(resolve(base, String(entry.value)), origin.place, readFile) : undefined
    const value = read && 'text' in read ? read.text.trim() : entry.value
    const result = read && 'fault' in read ? undefined : acceptValue(setting.key, value)
    if (result === undefined) {
      const wrong = `${origin.place}: expected ${setting.expected}, found ${formatFound(value, setting.kind)}`
      faults.push(read && 'fault' in read ? read.fault : wrong)
      refused.add(setting.key)
      continue
    }
    const { kind, relocate = (accepted: unknown) => accepted } = setting
    const isPath = kind === 'folder' || kind === 'file'
    values.set(setting.key, isPath ? resolve(base, String(result.accepted)) : relocate(result.accepted, base))
    origins.set(setting.key, origin)
  }
  return { values, origins, faults, refused }
}

function nest(values: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const input = new Map<string, unknown>()
  const groups = new Map<string, Map<string, unknown>>()
  for (const [key, value] of values) {
    const [group = key, ...names] = key.split('.')
    if (names.length === 0) input.set(group, value)
    else groups.set(group, (groups.get(group) ?? new Map()).set(names.join('.'), value))
  }
  for (const [group, members] of groups) input.set(group, nest(members))
  return Object.fromEntries(input)
}
