import { z } from 'zod'
import { BACKUP } from './config-backup.ts'
import { CA_KEY, HIERARCHY } from './config-ca-key.ts'
import { HTTPS_CERTIFICATE, MQTTS_CERTIFICATE } from './config-certificate.ts'
import { API_EDGE, LISTEN_EDGE, NETWORKS, SERVER_EDGE } from './config-edge.ts'
import { ConfigurationError } from './config-error.ts'
import { COMPROMISE_SETTINGS, EVENT_SETTINGS, WEBHOOK_SETTINGS } from './config-events.ts'
import {
  choice,
  count,
  DAY,
  duration,
  folder,
  group,
  host,
  type ListMembers,
  list,
  MIB,
  NOTES,
  oneOf,
  optional,
  optionalDuration,
  port,
  proxyRoutes,
  secret,
  size,
  toggle,
} from './config-field.ts'
import { profiles } from './config-profiles.ts'
import { createSetting, type Setting } from './config-setting.ts'
import { isHostName, isHttpUrl, isOrigin, isServerName } from './host-name.ts'
import { isId } from './identifiers.ts'
import type { LOG_LEVELS } from './logger.ts'

const KIB = 1024
const GIB = 1024 * MIB
const TIB = 1024 * GIB
const KEY_ALGORITHMS = ['ec-p256', 'rsa-2048', 'rsa-3072', 'rsa-4096', 'ed25519'] as const
const AUTH_MODES = ['mtls', 'token', 'https_only', 'mtls_or_token', 'mtls_and_token'] as const
const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const satisfies typeof LOG_LEVELS
const NAMES: ListMembers = { isMember: isServerName, members: 'DNS names and IP addresses', example: 'hub.example.com' }
const ORIGINS: ListMembers = { isMember: isOrigin, members: 'origins', example: 'https://app.example.com' }

/** Every setting, one entry each: variable and flag follow from its key, the reference from its words. */
const SCHEMA = group({
  api: group({
    host: host('Address to serve the API and PKI documents on; "::" is every one, IPv4 too.'),
    port: port(3000, 'Port of the API and PKI documents, HTTPS and plain HTTP alike; 0 takes a free one.'),
    auth: authMode('What callers of the API must show; none: the mode of all surfaces, or token.'),
    loopback_http: toggle(
      true,
      'Whether programs on this machine may call the API in plain HTTP, where only tokens can be shown.',
    ),
    allowed_origins: list(ORIGINS, 'Web pages of other origins that may call the API, with a token (CORS).'),
    ...API_EDGE,
  }),
  auth: group({
    mode: authMode('What clients must show where their surface, MQTT or the API, has no mode of its own.'),
    open_on_loopback: toggle(
      false,
      'Whether the mode https_only lets everybody on this machine administer the hub; the API must be bound to loopback.',
    ),
  }),
  mqtt: group({
    host: host('Address to serve devices on; "::" is every one, IPv4 too.'),
    port: port(8883, 'Port of MQTT over TLS; 0 takes a free one.', 'MQTT_SECURE_PORT'),
    auth: authMode('What MQTT clients must show over TLS; none: the mode of all surfaces, or mtls.'),
    inflight: count(32, 1, 65_535, 'Messages of QoS 1 and 2 on their way to one client, unacknowledged.'),
    sys_interval: duration(10, 'How often what changed of $SYS/# is sent to those who may read it.', DAY),
    durability: choice(
      ['process', 'full'],
      'process',
      'What an acknowledged message survives: the end of the process, or the loss of power as well (slower).',
    ),
    allowed_origins: list(ORIGINS, "Web pages, besides the hub's own, that may open MQTT over WebSocket."),
    ssl: MQTTS_CERTIFICATE,
    plain: group({
      host: optional(z.string().refine(isHostName), {
        description: 'Address to serve old devices on without TLS, tokens or imported passwords required; none: off.',
        expected: 'an IP address or a host name',
        example: '127.0.0.1',
      }),
      port: port(1883, 'Port of MQTT without TLS; 0 takes a free one.'),
      allow: list(NETWORKS, 'Networks whose devices may come without TLS; demanded unless the address is loopback.'),
    }),
  }),
  listen: group(LISTEN_EDGE),
  server: group({
    ...SERVER_EDGE,
    reverse_proxy: proxyRoutes(
      'Paths that other servers answer, each { path, host, port }; docs/reverse-proxy explains the rest.',
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
  pki: group({
    public_url: optional(z.string().refine(isHttpUrl), {
      description:
        'Where certificates say that their revocation is published; none: public_host and the port of the API, or nothing.',
      expected: 'a URL such as http://hub.example.com:3000, without path',
      example: 'http://pki.example.com',
    }),
  }),
  ssl: HTTPS_CERTIFICATE,
  tls: group({
    server_names: list(NAMES, "Further names and addresses in the hub's own server certificate."),
    session_resumption: toggle(false, 'Whether TLS sessions may be resumed; the registry is asked again either way.'),
  }),
  audit: group({
    keep: duration(365 * DAY, 'How long it is remembered who changed what.'),
  }),
  ca: group({
    hierarchy: HIERARCHY,
    key_algorithm: optional(z.enum(KEY_ALGORITHMS), {
      description: "Key algorithm of a new CA and of what it issues; none: the existing CA's, or ec-p256.",
      expected: oneOf(KEY_ALGORITHMS),
      example: 'rsa-2048',
    }),
    ...CA_KEY,
    unknown: choice(
      ['deny', 'pending', 'auto'],
      'deny',
      'What becomes of a certificate that our CA signed and the registry does not hold: refused, kept for approval, or registered as a new device.',
    ),
    unknown_owner: owner('Who owns such a device: a user, or {OU} or {O} for that attribute of its subject.'),
    renew_before: optionalDuration(
      'How long before its end a device may renew its certificate; none: in the last third of its life.',
      '30d',
    ),
    renew_after_expiry: count(
      0,
      0,
      3650,
      'Days after its end in which a device may still renew it, and do nothing else.',
    ),
  }),
  profiles: profiles('What certificates of devices and services may be, by name; docs/enrolment explains it.'),
  backup: group(BACKUP),
  emqx: group({
    allow_cn_only: toggle(false, 'Whether EMQX may ask about a device by its CN, without the certificate.'),
    api_url: optional(z.string().refine(isHttpUrl), {
      description: "EMQX's REST API, where devices that were revoked or suspended are disconnected; none: nowhere.",
      expected: 'a URL such as http://localhost:18083, without path, user name and password',
      example: 'http://localhost:18083',
    }),
    api_key: optional(z.string().min(1), {
      description: 'API key of EMQX.',
      expected: 'the name of an API key',
      example: 'signet',
    }),
    api_secret: secret('Its secret key; api_secret_file names a file that holds it.', 'the secret of an API key'),
  }),
  events: group(EVENT_SETTINGS),
  compromise: group(COMPROMISE_SETTINGS),
  webhooks: group(WEBHOOK_SETTINGS),
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
    store_bytes: size(4 * GIB, 'Bytes of all that is kept of MQTT; past it nothing new is stored.', TIB, MIB),
    messages_per_second: count(0, 0, 1_000_000, 'Messages that are read from one device in a second; 0 is no limit.'),
    bytes_per_second: size(0, 'Bytes that are read from one device in a second; 0 is no limit.', TIB, 0),
    flapping_connects: count(15, 0, 10_000, 'Connections a device loses, or is refused, before a ban; 0 is no ban.'),
    flapping_window: duration(60, 'The time in which they are counted.'),
    flapping_ban: duration(300, 'How long such a device is refused.'),
  }),
  log: group({
    level: choice(LEVELS, 'info', 'Least severe level that is logged.'),
    format: choice(['auto', 'json', 'text'], 'auto', 'Form of the log; auto is text on a terminal, else JSON lines.'),
  }),
})

export type Config = z.output<typeof SCHEMA>
export type ConfigInput = z.input<typeof SCHEMA>

const LEAVES: ReadonlyMap<string, z.core.$ZodType> = new Map(leavesOf(SCHEMA, ''))
const DEFAULTS = SCHEMA.parse(undefined)

/** All settings in the order of the schema. */
export const SETTINGS: readonly Setting[] = [...LEAVES].map(([key, leaf]) => {
  const notes = NOTES.get(leaf)
  if (notes === undefined) throw new Error(`Setting ${key} is not described`)
  return createSetting(key, notes, readValue(DEFAULTS, key))
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
  const read = (group: object, name: string): unknown =>
    Object.hasOwn(group, name) ? Reflect.get(group, name) : undefined
  return key.split('.').reduce<unknown>((group, name) => read(Object(group), name), config)
}

function leavesOf(schema: z.core.$ZodType, key: string): [key: string, leaf: z.core.$ZodType][] {
  if (NOTES.has(schema)) return [[key, schema]]
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodReadonly) return leavesOf(schema.unwrap(), key)
  if (!(schema instanceof z.ZodObject)) throw new Error(`Setting ${key} is not described`)
  return Object.entries<z.core.$ZodType>(schema.shape).flatMap(([name, inner]) =>
    leavesOf(inner, key === '' ? name : `${key}.${name}`),
  )
}

function authMode(description: string) {
  return optional(z.enum(AUTH_MODES), { description, expected: oneOf(AUTH_MODES), example: 'mtls_or_token' })
}

function owner(description: string) {
  const notes = { kind: 'text', description, expected: 'the id of a user, {OU} or {O}' } as const
  return z
    .string()
    .refine((text) => text === '{OU}' || text === '{O}' || isId(text))
    .default('default')
    .register(NOTES, notes)
}
