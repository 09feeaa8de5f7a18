import { generate, type IConnectPacket } from 'mqtt-packet'

/** A CONNECT of MQTT 3.1.1 as mqtt-packet writes it. */
export function connectFrame(packet: Partial<IConnectPacket> = {}): Buffer {
  return generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: 'device-001',
    keepalive: 60,
    ...packet,
  })
}

export interface RawConnect {
  readonly protocolName?: string
  readonly level?: number
  readonly flags?: number
  /** What follows the keep alive: length-prefixed strings, or bytes as they are. */
  readonly payload?: readonly (string | Buffer)[]
}

/** A CONNECT byte by byte, for what no library writes. */
export function rawConnectFrame({
  protocolName = 'MQTT',
  level = 4,
  flags = 0b10,
  payload = ['device-001'],
}: RawConnect = {}): Buffer {
  const body = Buffer.concat([
    prefixed(protocolName),
    Buffer.from([level, flags, 0, 60]),
    ...payload.map((part) => (typeof part === 'string' ? prefixed(part) : part)),
  ])
  return Buffer.concat([Buffer.from([0x10, body.length]), body])
}

/** MQTT 3.1.1 §1.5.3: two octets of length, then the text. */
export function prefixed(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
}
