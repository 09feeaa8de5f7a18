import { isLive } from './config-live.ts'
import { formatSize, type Setting } from './config-setting.ts'
import { variablesOf } from './config-source.ts'
import { formatDuration } from './duration.ts'

/** One setting as the reference tells it, every cell as text. */
export interface ReferenceRow {
  readonly key: string
  readonly variables: readonly string[]
  readonly flag: string
  readonly fallback: string
  readonly description: string
}

export function referenceRows(settings: readonly Setting[]): readonly ReferenceRow[] {
  return settings.map((setting) => ({
    key: setting.key,
    variables: variablesOf(setting).toReversed(),
    flag: setting.flag,
    fallback: setting.fallback === undefined ? 'none' : formatValue(setting.kind, setting.fallback),
    description: describe(setting),
  }))
}

/** The README's table, in Markdown. */
export function renderTable(settings: readonly Setting[]): string {
  const rows = referenceRows(settings).map(({ key, variables, flag, fallback, description }) =>
    [code(key), code(fallback), variables.map(code).join(', '), code(flag), description.replaceAll('|', '\\|')].join(
      ' | ',
    ),
  )
  const head = ['key | default | variable | flag | meaning', '--- | --- | --- | --- | ---']
  return [...head, ...rows].map((row) => `| ${row} |\n`).join('')
}

const INDENT = '  '

/** config.example.yaml: every setting with its default; it changes nothing when it is used as it is. */
export function renderExample(settings: readonly Setting[]): string {
  const lines = [
    '# Every setting of Signet with its default. Copy it to config.yaml and keep what you change.',
    '# A key api.port is also the variable SIGNET_API__PORT and the flag --api-port; flags win over variables, variables over',
    '# .env, .env over this file. Relative folders start here. Sizes are bytes, or 16KiB, 1MiB, 1GiB; durations seconds, or 60s, 5m, 12h, 7d, 1y.',
    '# "Live": a running hub takes a new value on SIGHUP and "signet config reload"; the others wait for a restart.',
  ]
  let last: readonly string[] = ['']
  for (const setting of settings) {
    const { key, kind, fallback, example } = setting
    const names = key.split('.')
    const groups = names.slice(0, -1)
    if (groups.length === 0 || groups[0] !== last[0]) lines.push('')
    for (const [depth, name] of groups.entries()) {
      if (groups.slice(0, depth + 1).join('.') !== last.slice(0, depth + 1).join('.'))
        lines.push(`${INDENT.repeat(depth)}${name}:`)
    }
    last = groups
    const indent = INDENT.repeat(groups.length)
    lines.push(`${indent}# ${describe(setting)}`)
    lines.push(
      `${indent}${fallback === undefined ? '# ' : ''}${names.at(-1)}: ${formatValue(kind, fallback ?? example)}`,
    )
  }
  return `${lines.join('\n')}\n`
}

/** What the help of a verb that takes settings adds. */
export function renderHelp(settings: readonly Setting[]): string {
  const rows = referenceRows(settings).map(({ flag, fallback, description }) => ({
    flag,
    text: `${description} (${fallback})`,
  }))
  const width = Math.max(...rows.map(({ flag }) => flag.length))
  return ['Settings (flags win over variables, .env and config.yaml):']
    .concat(rows.map(({ flag, text }) => `  ${flag.padEnd(width)}  ${text}`))
    .join('\n')
}

/** A value as the file takes it. */
export function formatValue(kind: Setting['kind'], value: unknown): string {
  if (kind === 'size' && typeof value === 'number') return formatSize(value)
  if (kind === 'duration' && typeof value === 'number') return formatDuration(value)
  // A plain YAML scalar may not begin with ":"; JSON is YAML, so its strings may stand for any other.
  if (typeof value === 'string' && /^[A-Za-z0-9./][A-Za-z0-9./_-]*$/.test(value)) return value
  return JSON.stringify(value)
}

function describe({ key, description }: Pick<Setting, 'key' | 'description'>): string {
  return isLive(key) ? `${description} Live.` : description
}

function code(text: string): string {
  return `\`${text}\``
}
