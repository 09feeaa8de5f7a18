import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'
import { generate } from 'mqtt-packet'
import type { ChildHub } from './child-hub.ts'

export interface Credentials {
  readonly cert: string
  readonly key: string
}

/** Handshake and CONNECT; resolves at the CONNACK. */
export async function openMqttConnection(
  hub: ChildHub,
  credentials: Credentials,
  clientId: string,
): Promise<TLSSocket> {
  const socket = connect({ host: 'localhost', port: hub.mqttPort, ca: hub.ca, ...credentials })
  await once(socket, 'secureConnect')
  // Cut connections end with a reset.
  socket.on('error', () => undefined)
  const answered = once(socket, 'data')
  socket.write(
    generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId, keepalive: 0 }),
  )
  const [connack]: Buffer[] = await answered
  if (connack?.[3] !== 0) throw new Error(`CONNACK ${connack?.[3]}`)
  return socket
}
