import { z } from 'zod'
import { ConfigurationError } from './config-error.ts'
import {
  createSetting,
  DURATION_PATTERN,
  readDuration,
  readSize,
  type Setting,
  type SettingNotes,
  SIZE_PATTERN,
} from './config-setting.ts'
import { isHostName, isServerName } from './host-name.ts'
import { isId } from './identifiers.ts'
import type { LOG_LEVELS } from './logger.ts'

const NOTES = z.registry<SettingNotes>()
const KIB = 1024
const MIB = 1024 * KIB
const TIB = 1024 * 1024 * MIB
const DAY = 86_400
// MQTT 3.1.1 §2.2.3: the remaining length of a packet is at most 268,435,455
const LARGEST_PACKET = 268_435_455
const KEY_ALGORITHMS = ['ec-p256', 'rsa-2048', 'rsa-3072', 'rsa-4096', 'ed25519'] as const
const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const satisfies typeof LOG_LEVELS

/** Every setting, one entry each: variable and flag follow from its key, the reference from its words. */
const SCHEMA = group({
  api: group({
    host: host('Address to serve the API and PKI documents on; "::" is every one, IPv4 too.'),
    port: port(3000, 'Port of the API and PKI documents, HTTPS and plain HTTP alike; 0 takes a free one.'),
    loopback_http: toggle(true, 'Whether programs on this machine may call the API in plain HTTP, tokens required.'),
  }),
  mqtt: group({
    host: host('Address to serve devices on; "::" is every one, IPv4 too.'),
    port: port(8883, 'Port of MQTT over TLS; 0 takes a free one.', 'MQTT_SECURE_PORT'),
    inflight: count(32, 1, 65_535, 'Messages of QoS 1 and 2 on their way to one client, unacknowledged.'),
    durability: choice(
      ['process', 'full'],
      'process',
      'What an acknowledged message survives: the end of the process, or the loss of power as well (slower).',
    ),
  }),
  certs_dir: folder(
    './certs',
    'Folder of CA, server certificate and device files; a CA in it is adopted.',
    'CERTS_DIR',
  ),
  data_dir: folder('./data', "Folder of the database, the first administrator's token and the local socket."),
  public_host: optional(z.string().refine(isHostName), {
    description: 'Name or address by which devices and browsers reach the hub; none: localhost.',
    expected: 'a DNS name or an IP address, without scheme and port',
    example: 'hub.example.com',
  }),
  tls: group({
    server_names: hosts("Further names and addresses in the hub's own server certificate."),
    session_resumption: toggle(false, 'Whether TLS sessions may be resumed; the registry is asked again either way.'),
  }),
  ca: group({
    key_algorithm: optional(z.enum(KEY_ALGORITHMS), {
      description: "Key algorithm of a new CA and of what it issues; none: the existing CA's, or ec-p256.",
      expected: oneOf(KEY_ALGORITHMS),
      example: 'rsa-2048',
    }),
    unknown: choice(
      ['deny', 'pending', 'auto'],
      'deny',
      'What becomes of a certificate that our CA signed and the registry does not hold: refused, kept for approval, or registered as a new device.',
    ),
    unknown_owner: owner('Who owns such a device: a user, or {OU} or {O} for that attribute of its subject.'),
  }),
  emqx: group({
    allow_cn_only: toggle(false, 'Whether EMQX may ask about a device by its CN, without the certificate.'),
  }),
  limits: group({
    connect_bytes: size(16 * KIB, 'Largest MQTT CONNECT packet.'),
    packet_bytes: size(MIB, 'Largest MQTT packet.'),
    handshake_seconds: count(10, 1, 3600, 'Time for a TLS handshake.'),
    connect_seconds: count(10, 1, 3600, 'Time from the handshake to a complete MQTT CONNECT.'),
    connections: count(20_000, 1, 1_000_000, 'Connections at one time.'),
    connections_per_address: count(0, 0, 1_000_000, 'Connections of one address at one time; 0 is no limit.'),
    half_open: count(2_000, 1, 1_000_000, 'Connections that have not finished handshake and CONNECT.'),
    half_open_per_address: count(100, 1, 1_000_000, 'Such connections of one address.'),
    new_connections_per_address_per_second: count(200, 1, 1_000_000, 'New connections of one address in a second.'),
    topic_levels: count(32, 1, 100, 'Levels of a topic name or filter.'),
    subscriptions: count(100, 1, 1_000_000, 'Subscriptions of one session.'),
    queue_messages: count(100_000, 1, 100_000_000, 'Messages that wait for one session; the oldest are dropped.'),
    queue_bytes: size(64 * MIB, 'Bytes that wait for one session; the oldest messages are dropped.', TIB),
    queue_age: duration(7 * DAY, 'How long a message waits for its session before it is dropped.'),
    retained_messages: count(100_000, 0, 100_000_000, 'Retained messages; a topic past it is delivered and not kept.'),
    retained_bytes: size(256 * MIB, 'Bytes of all retained messages.', TIB),
    session_expiry: duration(7 * DAY, 'How long a session is kept after its client has gone.'),
  }),
  log: group({
    level: choice(LEVELS, 'info', 'Least severe level that is logged.'),
    format: choice(['auto', 'json', 'text'], 'auto', 'Form of the log; auto is text on a terminal, else JSON lines.'),
  }),
})

export type Config = z.output<typeof SCHEMA>
export type ConfigInput = z.input<typeof SCHEMA>

const LEAVES: ReadonlyMap<string, z.core.$ZodType> = new Map(leavesOf(SCHEMA, ''))

/** All settings in the order of the schema. */
export const SETTINGS: readonly Setting[] = [...LEAVES].map(([key, leaf]) => {
  const notes = NOTES.get(leaf)
  if (notes === undefined) throw new Error(`Setting ${key} is not described`)
  return createSetting(key, notes, readValue(SCHEMA.parse(undefined), key))
})

/** A whole configuration from some settings; relative folders stay relative. Throws `configuration_invalid`. */
export function createConfig(input?: ConfigInput): Config {
  const result = SCHEMA.safeParse(input)
  if (result.success) return result.data
  throw new ConfigurationError(result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`))
}

/** One value against its rule: what is meant by it, or nothing where the rule refuses it. */
export function acceptValue(key: string, value: unknown): { readonly accepted: unknown } | undefined {
  const leaf = LEAVES.get(key)
  const result = leaf === undefined ? undefined : z.safeParse(leaf, value)
  return result?.success ? { accepted: result.data } : undefined
}

/** The value at a dotted key. */
export function readValue(config: Config, key: string): unknown {
  return key.split('.').reduce<unknown>((value, name) => new Map(Object.entries(value ?? {})).get(name), config)
}

function group<Shape extends z.ZodRawShape>(shape: Shape) {
  // Every setting has a default or may be absent, so a group may be left out; TypeScript cannot see that of any Shape.
  return z
    .strictObject(shape)
    .readonly()
    .prefault({} as never)
}

function leavesOf(schema: z.core.$ZodType, key: string): [key: string, leaf: z.core.$ZodType][] {
  if (NOTES.has(schema)) return [[key, schema]]
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodReadonly) return leavesOf(schema.unwrap(), key)
  if (!(schema instanceof z.ZodObject)) throw new Error(`Setting ${key} is not described`)
  return Object.entries<z.core.$ZodType>(schema.shape).flatMap(([name, inner]) =>
    leavesOf(inner, key === '' ? name : `${key}.${name}`),
  )
}

function host(description: string) {
  const notes = { kind: 'text', description, expected: 'an IP address or a host name' } as const
  return z.string().refine(isHostName).default('::').register(NOTES, notes)
}

function hosts(description: string) {
  const expected = 'a list of DNS names and IP addresses (as JSON in a variable or flag: ["hub.example.com"])'
  return z
    .array(z.string().refine(isServerName))
    .readonly()
    .default([])
    .register(NOTES, { kind: 'list', description, expected })
}

function port(fallback: number, description: string, alias?: string) {
  const notes = { kind: 'number', description, expected: 'a port from 0 to 65535' } as const
  return z
    .int()
    .min(0)
    .max(65_535)
    .default(fallback)
    .register(NOTES, alias === undefined ? notes : { ...notes, alias })
}

function folder(fallback: string, description: string, alias?: string) {
  const notes = { kind: 'folder', description, expected: 'the path of a folder' } as const
  return z
    .string()
    .min(1)
    .default(fallback)
    .register(NOTES, alias === undefined ? notes : { ...notes, alias })
}

function owner(description: string) {
  const notes = { kind: 'text', description, expected: 'the id of a user, {OU} or {O}' } as const
  return z
    .string()
    .refine((text) => text === '{OU}' || text === '{O}' || isId(text))
    .default('default')
    .register(NOTES, notes)
}

function toggle(fallback: boolean, description: string) {
  return z.boolean().default(fallback).register(NOTES, { kind: 'toggle', description, expected: 'true or false' })
}

function count(fallback: number, least: number, most: number, description: string) {
  const expected = `a whole number from ${least} to ${most}`
  return z.int().min(least).max(most).default(fallback).register(NOTES, { kind: 'number', description, expected })
}

function size(fallback: number, description: string, most = LARGEST_PACKET) {
  const bytes = z.int().min(64).max(most)
  return z
    .union([bytes, z.string().regex(SIZE_PATTERN).transform(readSize).pipe(bytes)])
    .default(fallback)
    .register(NOTES, {
      kind: 'size',
      description,
      expected: `a size from 64 bytes to ${most === LARGEST_PACKET ? 'below 256MiB' : '1024GiB'}, such as 65536 or 64KiB`,
    })
}

function duration(fallback: number, description: string) {
  const seconds = z
    .int()
    .min(1)
    .max(3650 * DAY)
  return z
    .union([seconds, z.string().regex(DURATION_PATTERN).transform(readDuration).pipe(seconds)])
    .default(fallback)
    .register(NOTES, { kind: 'duration', description, expected: 'a duration from 1s to 3650d, such as 3600 or 7d' })
}

function choice<const Names extends readonly string[]>(names: Names, fallback: Names[number], description: string) {
  const notes = { kind: 'text', description, expected: oneOf(names) } as const
  return z.enum(names).default(fallback).register(NOTES, notes)
}

/** A setting without a default: to be absent is a value of its own. */
function optional<Schema extends z.ZodType>(schema: Schema, notes: Omit<SettingNotes, 'kind'>) {
  const absentOr = z.exactOptional(schema)
  NOTES.add(absentOr, { kind: 'text', ...notes })
  return absentOr
}

function oneOf(names: readonly string[]): string {
  return `one of ${names.join(', ')}`
}
