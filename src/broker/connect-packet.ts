import { type IConnectPacket, parser } from 'mqtt-packet'
import type { Login } from '../registry/login.ts'

import { isWellFormed } from '../topic.ts'

/** What a CONNECT asks for, as far as admitting it depends on it. */
export interface ConnectPacket {
  readonly clientId: string
  readonly cleanSession: boolean
  /** The protocol level: 3 is MQTT 3.1, 4 is 3.1.1. */
  readonly protocolVersion: 3 | 4
  /** Seconds; 0 is off. */
  readonly keepAlive: number
  readonly willTopic?: string
  /** A user name without a password claims nothing. */
  readonly login?: Login
}

export type ConnectReading = ConnectPacket | 'invalid' | 'version_5' | 'version_unknown'

/** Reads one whole CONNECT frame: MQTT 3.1.1 §3.1, and 3.1 under its own protocol name. */
export function readConnectPacket(frame: Buffer, headerLength: number): ConnectReading {
  const version = readVersion(frame.subarray(headerLength))
  if (version !== 'supported') return version
  const packet = parse(frame)
  if (!packet || isFaulty(packet)) return 'invalid'
  const { clientId, clean: cleanSession = false, keepalive: keepAlive = 0 } = packet
  const login = readLogin(packet)
  const protocolVersion = packet.protocolId === 'MQIsdp' ? 3 : 4
  const will = packet.will ? { willTopic: packet.will.topic } : {}
  return { clientId, cleanSession, protocolVersion, keepAlive, ...will, ...(login ? { login } : {}) }
}

function readLogin({ username: userName, password }: IConnectPacket): Login | undefined {
  if (userName === undefined || !password?.length) return undefined
  return { userName, password: Buffer.from(password) }
}

// Bridges set the highest bit of the level, as Mosquitto does.
const BRIDGE_BIT = 0x80

function readVersion(body: Buffer): 'supported' | 'invalid' | 'version_5' | 'version_unknown' {
  if (body.length < 3) return 'invalid'
  const nameEnd = 2 + body.readUInt16BE(0)
  const level = body[nameEnd]
  if (level === undefined) return 'invalid'
  const name = body.toString('utf8', 2, nameEnd)
  const version = level & ~BRIDGE_BIT
  if (name === 'MQTT' && version === 4) return 'supported'
  if (name === 'MQIsdp' && version === 3) return 'supported'
  if (name === 'MQTT' && version === 5) return 'version_5'
  return name === 'MQTT' || name === 'MQIsdp' ? 'version_unknown' : 'invalid'
}

/** What mqtt-packet lets pass. */
function isFaulty({ clientId, will, username, password }: IConnectPacket): boolean {
  // [MQTT-3.1.3-4], [MQTT-3.1.3-10], [MQTT-3.1.3-11]
  if (![clientId, will?.topic ?? '', username ?? ''].every(isWellFormed)) return true
  // [MQTT-3.1.2-14]: a will of QoS 3 could be written to none of its subscribers, and would end their connections
  if ((will?.qos ?? 0) > 2) return true
  // [MQTT-3.1.2-22]
  return password !== undefined && username === undefined
}

function parse(frame: Buffer): IConnectPacket | undefined {
  const frames = parser()
  let connect: IConnectPacket | undefined
  frames.on('packet', (packet) => {
    if (packet.cmd === 'connect') connect = packet
  })
  // A frame that cannot be parsed leaves nothing behind: the answer is "invalid".
  frames.on('error', () => undefined)
  frames.parse(frame)
  return connect
}
