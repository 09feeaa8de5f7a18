import type { Clock } from '../clock.ts'
import type { Connection, Session } from './connection.ts'
import type { Router } from './delivery/router.ts'
import type { Session as DeliverySession } from './delivery/session.ts'
import { encodePublish } from './delivery/wire.ts'

export interface PresenceOptions {
  readonly router: Pick<Router<Pick<DeliverySession, 'deliver'>>, 'hasLevel' | 'planOnce'>
  readonly clock: Clock
  /** Read when it is needed: it may change while we run. */
  readonly limits: { readonly sessionSeconds: number }
}

/** One hub is one node; the form is that of EMQX's names, the default of which is `emqx@127.0.0.1`. */
const NODE = 'signet@127.0.0.1'

/**
 * Tells who comes and goes, under the topics and with the fields of EMQX 5 (`$SYS/brokers/NODE/clients/CLIENT_ID/...`), at
 * QoS 0, to those who may read it. Each client that has come goes once, and before it comes again.
 */
export class Presence {
  readonly #options: PresenceOptions
  readonly #present = new Map<string, Connection>()

  constructor(options: PresenceOptions) {
    this.#options = options
  }

  /** Once its CONNACK is sent. */
  arrive(connection: Connection): void {
    const { session } = connection
    if (!session) return
    const former = this.#present.get(session.clientId)
    if (former) this.leave(former)
    this.#present.set(session.clientId, connection)
    const { keepAlive, cleanSession } = session
    this.#tell('connected', connection, session, () => ({
      keepalive: keepAlive,
      clean_start: cleanSession,
      expiry_interval: cleanSession ? 0 : this.#options.limits.sessionSeconds * 1000,
    }))
  }

  /** Does nothing for one that never came, or has gone. */
  leave(connection: Connection): void {
    const { session, disconnectReason: reason } = connection
    if (!session || this.#present.get(session.clientId) !== connection) return
    this.#present.delete(session.clientId)
    this.#tell('disconnected', connection, session, (ts) => ({ reason, disconnected_at: ts }))
  }

  #tell(
    event: 'connected' | 'disconnected',
    { address }: Connection,
    { clientId, identity, protocolVersion, connectedAt }: Session,
    more: (ts: number) => Readonly<Record<string, unknown>>,
  ): void {
    const { router, clock } = this.#options
    if (!router.hasLevel('$SYS')) return
    const topic = `$SYS/brokers/${NODE}/clients/${clientId}/${event}`
    const routes = router.planOnce(topic)
    if (routes.length === 0) return
    const ts = clock().getTime()
    const payload = Buffer.from(
      JSON.stringify({
        clientid: clientId,
        // What EMQX has there with `peer_cert_as_username = cn`: the name that was proven.
        username: identity.id,
        ipaddress: address,
        protocol: 'mqtt',
        proto_name: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
        proto_ver: protocolVersion,
        connected_at: connectedAt.getTime(),
        ts,
        ...more(ts),
      }),
    )
    const bytes = encodePublish({ topic, payload, qos: 0, retain: false })
    for (const { subscriber } of routes) subscriber.deliver(topic, bytes, payload.length)
  }
}
