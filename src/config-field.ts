import { resolve } from 'node:path'
import { z } from 'zod'
import { isProxyPath, PROXY_CREDENTIALS, PROXY_EXAMPLE } from './config-proxy.ts'
import { readSize, type SettingNotes, SIZE_PATTERN } from './config-setting.ts'
import { DURATION_PATTERN, formatDuration, readDuration } from './duration.ts'
import { isHostName } from './host-name.ts'

/** What is told of each setting beside its rule. */
export const NOTES = z.registry<SettingNotes>()

export const MIB = 1024 * 1024
export const DAY = 86_400
const LONGEST = 3650 * DAY
// MQTT 3.1.1 §2.2.3: the remaining length of a packet is at most 268,435,455
const LARGEST_PACKET = 268_435_455

const PORT = z.int().min(0).max(65_535)

export function group<Shape extends z.ZodRawShape>(shape: Shape) {
  // Every setting has a default or may be absent, so a group may be left out; TypeScript cannot see that of any Shape.
  return z
    .strictObject(shape)
    .readonly()
    .prefault({} as never)
}

/** The path of a file, relative to where it is written; to be absent is a value of its own. */
export function file(description: string, example: string) {
  return optional(z.string().min(1), { kind: 'file', description, expected: 'the path of a file', example })
}

/** What a list holds, and how a person is told. */
export interface ListMembers {
  readonly isMember: (text: string) => boolean
  readonly members: string
  readonly example: string
}

export function host(description: string) {
  const notes = { kind: 'text', description, expected: 'an IP address or a host name' } as const
  return z.string().refine(isHostName).default('::').register(NOTES, notes)
}

export function list({ isMember, members, example }: ListMembers, description: string) {
  const expected = `a list of ${members} (as JSON in a variable or flag: ["${example}"])`
  return z
    .array(z.string().refine(isMember))
    .readonly()
    .default([])
    .register(NOTES, { kind: 'list', description, expected })
}

export function port(fallback: number, description: string, alias?: string) {
  const notes = { kind: 'number', description, expected: 'a port from 0 to 65535' } as const
  const number = PORT.default(fallback)
  return number.register(NOTES, alias === undefined ? notes : { ...notes, alias })
}

export function folder(fallback: string, description: string, alias?: string) {
  const notes = { kind: 'folder', description, expected: 'the path of a folder' } as const
  const path = z.string().min(1).default(fallback)
  return path.register(NOTES, alias === undefined ? notes : { ...notes, alias })
}

export function toggle(fallback: boolean, description: string) {
  return z.boolean().default(fallback).register(NOTES, { kind: 'toggle', description, expected: 'true or false' })
}

export function count(fallback: number, least: number, most: number, description: string) {
  const expected = `a whole number from ${least} to ${most}`
  return z.int().min(least).max(most).default(fallback).register(NOTES, { kind: 'number', description, expected })
}

export function size(fallback: number, description: string, most = LARGEST_PACKET, least = 64) {
  const bytes = z.int().min(least).max(most)
  return z
    .union([bytes, z.string().regex(SIZE_PATTERN).transform(readSize).pipe(bytes)])
    .default(fallback)
    .register(NOTES, {
      kind: 'size',
      description,
      expected: `a size from ${least === MIB ? '1MiB' : `${least} bytes`} to ${most === LARGEST_PACKET ? 'below 256MiB' : '1024GiB'}, such as 65536 or 64KiB`,
    })
}

export function duration(fallback: number, description: string, most = LONGEST) {
  const { seconds, notes } = durationRule(description, most)
  return seconds.default(fallback).register(NOTES, notes)
}

export function optionalDuration(description: string, example: string) {
  const { seconds, notes } = durationRule(description, LONGEST)
  return optional(seconds, { ...notes, example })
}

/** Seconds, or a number with its unit. */
export function durationSchema(least: number, most: number) {
  const seconds = z.int().min(least).max(most)
  return z.union([seconds, z.string().regex(DURATION_PATTERN).transform(readDuration).pipe(seconds)])
}

function durationRule(description: string, most: number) {
  const expected = `a duration from 1s to ${formatDuration(most)}, such as 3600 or ${formatDuration(Math.min(most, 7 * DAY))}`
  return {
    seconds: durationSchema(1, most),
    notes: { kind: 'duration', description, expected },
  } as const
}

export function choice<const Names extends readonly string[]>(
  names: Names,
  fallback: Names[number],
  description: string,
) {
  const notes = { kind: 'text', description, expected: oneOf(names) } as const
  return z.enum(names).default(fallback).register(NOTES, notes)
}

/** A setting without a default: to be absent is a value of its own. */
export function optional<Schema extends z.ZodType>(
  schema: Schema,
  notes: Omit<SettingNotes, 'kind'> & Partial<Pick<SettingNotes, 'kind'>>,
) {
  const absentOr = z.exactOptional(schema)
  NOTES.add(absentOr, { kind: 'text', ...notes })
  return absentOr
}

/** A text that is judged by a function; a secret is never shown. */
export function optionalText(
  isRight: (text: string) => boolean,
  notes: Omit<SettingNotes, 'kind'> & { readonly kind?: 'text' | 'secret' },
) {
  return optional(z.string().refine(isRight), notes)
}

/** Paths that other servers answer. */
export function proxyRoutes(description: string) {
  const route = z.strictObject({
    path: z.string().refine(isProxyPath),
    host: z.string().refine(isHostName),
    port: z.int().min(1).max(65_535),
    https: z.boolean().default(false),
    ca_file: z.exactOptional(z.string().min(1)),
    auth: z.enum(PROXY_CREDENTIALS).default('none'),
    keep_prefix: z.boolean().default(false),
    trusted: z.boolean().default(false),
  })
  const routes = z.array(route).readonly()
  return routes.default([]).register(NOTES, {
    kind: 'list',
    description,
    expected: `a list of routes such as ${PROXY_EXAMPLE}, each with https, ca_file, auth (${PROXY_CREDENTIALS.join(', ')}), keep_prefix and trusted where wanted`,
    relocate: (value, base) =>
      routes
        .parse(value)
        .map((one) => (one.ca_file === undefined ? one : { ...one, ca_file: resolve(base, one.ca_file) })),
  })
}

/** A setting whose value is shown nowhere, and which a file may hold; to be absent is a value of its own. */
export function secret(description: string, expected: string) {
  return optional(z.string().min(1), { kind: 'secret', description, expected, example: '' })
}

/** The name that something elsewhere has. */
export function optionalName(description: string, expected: string, example: string) {
  return optional(z.string().min(1), { description, expected, example })
}

export function optionalCount(most: number, description: string, example: number) {
  const expected = `a whole number from 0 to ${most}`
  return optional(z.int().min(0).max(most), { kind: 'number', description, expected, example })
}

export function optionalPort(description: string, example: number) {
  return optional(PORT, { kind: 'number', description, expected: 'a port from 0 to 65535', example })
}

export function optionalFolder(description: string, example: string) {
  return optional(z.string().min(1), { kind: 'folder', description, expected: 'the path of a folder', example })
}

/** A port, or an address with one. */
export function optionalEndpoint(isEndpoint: (text: string) => boolean, description: string, example: number) {
  const expected = 'a port from 0 to 65535, or an address with one, such as 0.0.0.0:443 or [::1]:443'
  return optional(z.union([PORT, z.string().refine(isEndpoint)]), { description, expected, example })
}

export function oneOf(names: readonly string[]): string {
  return `one of ${names.join(', ')}`
}
