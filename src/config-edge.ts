import { isIPv6 } from 'node:net'
import type { Config } from './config.ts'
import { type ListMembers, list, optionalEndpoint, optionalFolder, optionalPort } from './config-field.ts'
import { isHostName, isNetwork } from './host-name.ts'

export const NETWORKS: ListMembers = {
  isMember: isNetwork,
  members: 'addresses and networks',
  example: '192.168.1.0/24',
}
const MAX_PORT = 65_535

/** Settings of the API's sockets. */
export const API_EDGE = {
  allow: list(NETWORKS, 'Networks that may reach the API, its public documents and WebSockets; none: every one.'),
  redirect_port: optionalPort(
    'Port of plain HTTP, such as 80, that redirects to HTTPS and answers ACME challenges; none: off.',
    80,
  ),
  acme_folder: optionalFolder(
    'Folder in which an ACME client (certbot --webroot) puts its answers, served there; none: off.',
    '/var/www/acme',
  ),
}

export const LISTEN_EDGE = {
  single: optionalEndpoint(
    (text) => parseEndpoint(text) !== undefined,
    'One port, or host:port, for MQTT, HTTPS and WebSockets with one certificate, instead of those of api and mqtt; none: off.',
    443,
  ),
}

export const SERVER_EDGE = {
  proxy_protocol_from: list(
    NETWORKS,
    'Proxies that begin each connection with the PROXY protocol, version 1 or 2: they must, and nobody else may.',
  ),
}

export interface Endpoint {
  /** "::" is every address of the machine, IPv4 too. */
  readonly host: string
  readonly port: number
}

// RFC 3986 §3.2.2: an IPv6 address before a port stands in brackets
const ENDPOINT = /^(?:(?:\[(?<ipv6>[^\]]+)\]|(?<name>[^:[\]]+)):)?(?<port>0|[1-9]\d{0,4})$/

/** A port, or a host with one; nothing where the text is neither. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const { ipv6, name = '::', port = '' } = ENDPOINT.exec(text)?.groups ?? {}
  const host = ipv6 ?? name
  const isHost = ipv6 === undefined ? host === '::' || isHostName(host) : isIPv6(ipv6)
  return port !== '' && Number(port) <= MAX_PORT && isHost ? { host, port: Number(port) } : undefined
}

/** Where the API is served, by a port of its own or by the one for all. */
export function apiEndpoint({ api, listen }: Pick<Config, 'api' | 'listen'>): Endpoint {
  const single = listen.single === undefined ? undefined : parseEndpoint(String(listen.single))
  return single ?? { host: api.host, port: api.port }
}
