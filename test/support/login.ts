import type { IConnectPacket } from 'mqtt-packet'
import { connectPacket, openRawClient, type RawClient, type RawClientOptions } from './raw-client.ts'
import type { Credentials, TestHub } from './test-hub.ts'

/** What an MQTT client shows when it comes. */
export interface Shown extends Partial<Credentials> {
  readonly username?: string
  readonly password?: string
}

/** User name and password of a new token. */
export async function createToken(
  hub: TestHub,
  owner: `${'devices' | 'services'}/${string}`,
  request?: { readonly expiresAt: string },
): Promise<{ readonly id: string; readonly username: string; readonly password: string }> {
  const answer = await hub.api('POST', `/api/${owner}/tokens`, request ? { body: request } : {})
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`)
  const { id, token } = answer.json()
  return { id, username: owner.replace(/^\w+\//, ''), password: token }
}

/** Comes with this and says CONNECT; the caller asks for the CONNACK. */
export async function logIn(
  hub: TestHub,
  { username, password, ...certificate }: Shown,
  packet: Partial<IConnectPacket> = {},
  options: RawClientOptions = {},
): Promise<RawClient> {
  const client = await openRawClient(hub, certificate, options)
  const login = username === undefined ? {} : { username, password: Buffer.from(password ?? '') }
  client.send(connectPacket({ ...login, ...packet }))
  return client
}

/** The code its CONNACK carries, with nothing left behind. */
export async function returnCodeOf(hub: TestHub, shown: Shown, packet?: Partial<IConnectPacket>): Promise<unknown> {
  using client = await logIn(hub, shown, packet)
  return (await client.next('connack'))?.returnCode
}
