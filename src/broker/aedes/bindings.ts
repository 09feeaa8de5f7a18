import type { AuthenticateError, Client } from 'aedes'
import { RETURN_CODE } from '../connack.ts'
import type { Connection } from '../connection.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { Outbox } from '../delivery/outbox.ts'
import type { Link } from '../delivery/session.ts'
import type { Opened } from '../delivery/sessions.ts'
import type { Gatekeeper } from './gatekeeper.ts'
import type { LiveWills } from './live-wills.ts'

/** An Aedes client and the session it speaks for. */
export interface Binding extends Opened {
  readonly link: Link & { readonly close: () => void }
  readonly fingerprint: string
}

/** Which session each client of Aedes has. */
export class Bindings {
  readonly #delivery: Delivery
  readonly #gatekeeper: Gatekeeper
  readonly #wills: LiveWills
  readonly #outboxes = new WeakMap<object, Outbox>()
  readonly #bound = new WeakMap<object, Binding>()
  /** Aedes asks for the subscriptions of a client by its id alone, in the tick that authenticated it. */
  readonly #fresh = new Map<string, Binding>()

  constructor(delivery: Delivery, gatekeeper: Gatekeeper, wills: LiveWills) {
    this.#delivery = delivery
    this.#gatekeeper = gatekeeper
    this.#wills = wills
  }

  /** Before Aedes takes the socket: all that it writes goes through the outbox. */
  admit(connection: Connection): void {
    const { socket } = connection
    const outbox = new Outbox(socket, {
      turn: this.#delivery.turn,
      traffic: this.#delivery.traffic,
      isCut: () => connection.cutReason !== undefined,
      onDrain: () => {
        const session = this.#bound.get(socket)?.session
        if (session) this.#delivery.turn.pumpLater(session)
      },
    })
    this.#outboxes.set(socket, outbox)
  }

  /** Once its CONNECT was accepted; CONNACK 3 when its session cannot be stored. */
  authenticate(client: Client, done: (error: AuthenticateError | null, isAuthentic: boolean) => void): void {
    let isBound: boolean
    try {
      isBound = this.#bind(client)
    } catch (cause) {
      this.#gatekeeper.reportUnkept(client, cause)
      const error = new Error('the session could not be stored', { cause })
      done(Object.assign(error, { returnCode: RETURN_CODE.serverUnavailable }), false)
      return
    }
    done(null, isBound)
  }

  #bind(client: Client): boolean {
    const served = this.#gatekeeper.served(client)
    const outbox = this.#outboxes.get(client.conn)
    if (!served || !outbox) return false
    const { clientId, cleanSession, identity, certificate } = served.session
    const { sessions } = this.#delivery
    const opened = cleanSession ? sessions.openClean(clientId) : sessions.openStored(clientId, identity)
    const link = {
      outbox,
      mayReceive: (topicName: string) => this.#gatekeeper.mayReceive(client, topicName),
      close: () => void client.conn.destroy(),
    }
    const binding = { ...opened, link, fingerprint: certificate.fingerprint }
    this.#bound.set(client.conn, binding)
    this.#fresh.set(clientId, binding)
    return true
  }

  takeFresh(clientId: string): Binding | undefined {
    const binding = this.#fresh.get(clientId)
    this.#fresh.delete(clientId)
    return binding
  }

  /** None for what Aedes hands over in the place of a client. */
  of(client: object | null): Binding | undefined {
    const connection = client && 'conn' in client ? client.conn : undefined
    // Not instanceof: a test runner may run us in a realm of its own, and the sockets come from another.
    return typeof connection === 'object' && connection !== null ? this.#bound.get(connection) : undefined
  }

  /** From CONNACK on. */
  attach(client: Client): void {
    const binding = this.of(client)
    if (binding) this.#delivery.sessions.attach(binding.session, binding.link)
  }

  leave(client: Client): void {
    const binding = this.of(client)
    if (!binding) return
    this.#delivery.sessions.detach(binding.session, binding.link)
    this.#wills.drop(binding.session.clientId, binding.link)
  }
}
