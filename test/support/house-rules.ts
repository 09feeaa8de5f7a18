import { posix } from 'node:path'
import type { Habit, Import, SourceFile } from './source-file.ts'

/** Each breach of ARCHITECTURE.md as one sentence that begins with the path. */
export function findBreaches(files: readonly SourceFile[]): readonly string[] {
  return [...files.flatMap(breachesOf), ...cyclesAmong(files)]
}

const LONGEST_FILE = 250

function breachesOf(file: SourceFile): readonly string[] {
  const { path, text, imports } = file
  const lines = text.split('\n').length - 1
  return [
    ...(partOf(path) === undefined ? ['stands in no part of the house'] : []),
    ...(FORBIDDEN_NAME.test(path) ? ['has a name that says nothing'] : []),
    ...(lines > LONGEST_FILE ? [`has ${lines} lines, ${LONGEST_FILE} at most`] : []),
    ...imports.flatMap((imported) => judgeImport(path, imported) ?? []),
    ...[...file.habits].filter((habit) => !HABITS[habit](path)).map((habit) => `breaks the rule on ${habit}`),
    ...(isUnfinished(text) ? ['leaves something to do'] : []),
  ].map((breach) => `${path} ${breach}`)
}

const FORBIDDEN_NAME = /(?:^|\/)(?:index|utils?|helpers?|common|misc|types?)(?:\.\w+$|\/)/
// In brackets, so that this file does not break its own rule.
const UNFINISHED = /\b(?:[T]ODO|[F]IXME|[H]ACK)\b/

export function isUnfinished(text: string): boolean {
  return UNFINISHED.test(text)
}

const isProcessEdge = (path: string): boolean => /^(?:src\/(?:main|hub|testing)\.ts$|src\/cli\/|bin\/)/.test(path)

/** Where each habit is at home. */
const HABITS = {
  process: isProcessEdge,
  'process.exit': () => false,
  clock: (path) => path === 'src/clock.ts',
  'default export': () => false,
} satisfies Record<Habit, (path: string) => boolean>

const LEAVES = [
  'alternative-name',
  'check-name',
  'finding',
  'end-reason',
  'errors',
  'log-fields',
  'logger',
  'loopback',
  'clock',
  'duration',
  'events',
  'logged-event',
  'newest-first',
  'topic',
  'tracing',
  'identifiers',
  'key-purpose',
  'key-thumbprint',
  'peer-identity',
  'refusal',
  'version',
]
const ROOMS = [
  'ca',
  'registry',
  'edge',
  'broker',
  'db',
  'api',
  'events',
  'backup',
  'cluster',
  'cli',
  'console',
] as const
type Part = (typeof ROOMS)[number] | 'leaf' | 'config' | 'app' | 'main' | 'launcher'

function partOf(path: string): Part | undefined {
  if (path.startsWith('bin/')) return 'launcher'
  if (path.startsWith('src/testing/')) return 'app'
  const room = ROOMS.find((name) => path.startsWith(`src/${name}/`))
  if (room) return room
  const [, name = ''] = /^src\/([\w-]+)\.ts$/.exec(path) ?? []
  if (LEAVES.includes(name)) return 'leaf'
  if (/^(?:config(?:-\w+)*|host-name|nearest-name)$/.test(name)) return 'config'
  if (/^(?:app(?:-\w+)*|hub|testing)$/.test(name)) return 'app'
  return name === 'main' ? 'main' : undefined
}

/** What a part may import of the others: `value`, or `type` for what is gone at run time. */
const ARROWS = {
  ca: {},
  registry: { ca: 'type' },
  edge: {},
  broker: { registry: 'type', edge: 'type' },
  db: { ca: 'type', registry: 'type', broker: 'type', events: 'type', backup: 'type' },
  api: { ca: 'type', registry: 'type', edge: 'type', broker: 'type', events: 'type', backup: 'type' },
  events: { registry: 'type', broker: 'type' },
  backup: {},
  cluster: { registry: 'type', broker: 'type' },
  cli: { api: 'type' },
  console: { api: 'type' },
  leaf: {},
  config: {},
  app: {
    ca: 'value',
    registry: 'value',
    edge: 'value',
    broker: 'value',
    db: 'value',
    api: 'value',
    events: 'value',
    backup: 'value',
    cluster: 'value',
    config: 'value',
  },
  main: { cli: 'value', config: 'value', app: 'value' },
  launcher: { main: 'value' },
} satisfies Record<Part, { readonly [To in Part]?: 'type' | 'value' }>

function judgeImport(path: string, { specifier, isType }: Import): string | undefined {
  if (specifier === undefined) return path.startsWith('bin/') ? undefined : 'imports what is not written in it'
  if (!specifier.startsWith('.')) return judgeThirdParty(path, specifier)
  const target = posix.join(posix.dirname(path), specifier)
  return mayImport(path, target, isType) ? undefined : `may not import ${isType ? 'types of ' : ''}${target}`
}

function mayImport(path: string, target: string, isType: boolean): boolean {
  const [from, to] = [partOf(path), partOf(target)]
  if (from === undefined || to === undefined) return false
  // STYLE.md 7: a leaf that parses throws a DomainError. Of other leaves it knows nothing.
  if (from === 'leaf') return target === 'src/errors.ts'
  if (to === 'leaf' || to === from) return true
  if (to === 'api' && (from === 'cli' || from === 'console') && !target.startsWith('src/api/resources/')) return false
  const arrow = (ARROWS[from] as { readonly [To in Part]?: 'type' | 'value' })[to]
  return arrow === 'value' || (arrow === 'type' && isType)
}

/** The one door of each package, as the beginning of the paths that may use it. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  '@peculiar/x509': ['src/ca/'],
  'node-webcrypto-p11': ['src/ca/hsm/'],
  pkijs: ['src/ca/'],
  'reflect-metadata': ['src/ca/'],
  aedes: ['src/broker/aedes/'],
  ws: ['src/broker/'],
  'mqtt-packet': ['src/broker/'],
  'drizzle-orm': ['src/db/'],
  'better-sqlite3': ['src/db/'],
  'aedes-packet': ['src/db/'],
  hono: ['src/api/'],
  '@hono': ['src/api/'],
  'prom-client': ['src/api/'],
  ioredis: ['src/cluster/'],
  'aedes-persistence-redis': ['src/cluster/'],
  'mqemitter-redis': ['src/cluster/'],
  bcryptjs: ['src/registry/'],
  'csv-parse': ['src/cli/', 'src/api/bulk/'],
  fflate: ['src/api/bundle/', 'src/api/support-bundle/'],
  qr: ['src/api/resources/claim.ts', 'src/cli/output/'],
  commander: ['src/cli/'],
  croner: ['src/config-schedule.ts'],
  preact: ['src/console/'],
  '@preact': ['src/console/'],
  uplot: ['src/console/parts/'],
  mqtt: ['src/cli/', 'src/testing'],
  zod: ['src/config.ts', 'src/config-field.ts', 'src/config-profiles.ts', 'src/api/', 'src/console/'],
  yaml: ['src/config-file.ts'],
  pino: ['src/logger.ts'],
  'pino-pretty': ['src/logger.ts'],
  'rate-limiter-flexible': ['src/edge/'],
  'ipaddr.js': ['src/edge/'],
  '@opentelemetry/api': ['src/tracing.ts'],
}

function judgeThirdParty(path: string, specifier: string): string | undefined {
  if (/^(?:node:)?process$/.test(specifier)) return isProcessEdge(path) ? undefined : 'may not import node:process'
  if (specifier.startsWith('node:')) return undefined
  const [scope = '', name = ''] = specifier.split('/')
  const doors = DOORS[scope] ?? DOORS[`${scope}/${name}`]
  if (doors === undefined) return `imports ${specifier}, which has no door in the house`
  return doors.some((door) => path.startsWith(door))
    ? undefined
    : `may not import ${specifier}: its door is ${doors.join(', ')}`
}

/** Cycles between the parts, types included: the table has none, and a change of it must not bring one. */
function cyclesAmong(files: readonly SourceFile[]): readonly string[] {
  const arrows = new Map<string, Set<string>>()
  for (const { path, imports } of files) {
    const from = partOf(path) ?? path
    for (const { specifier } of imports) {
      if (!specifier?.startsWith('.')) continue
      const to = partOf(posix.join(posix.dirname(path), specifier))
      if (to !== undefined && to !== from) arrows.set(from, (arrows.get(from) ?? new Set()).add(to))
    }
  }
  const cycle = findCycle(arrows)
  return cycle ? [`${cycle.join(' -> ')} is a cycle`] : []
}

function findCycle(arrows: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | undefined {
  const finished = new Set<string>()
  const walk = (node: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node]
    if (finished.has(node)) return undefined
    finished.add(node)
    for (const next of arrows.get(node) ?? []) {
      const cycle = walk(next, [...trail, node])
      if (cycle) return cycle
    }
    return undefined
  }
  for (const node of arrows.keys()) {
    const cycle = walk(node, [])
    if (cycle) return cycle
  }
  return undefined
}
