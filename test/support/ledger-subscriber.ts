import type { Packet } from 'mqtt-packet'
import { connectPacket, type HubAddress, openRawClient, type RawClient } from './raw-client.ts'
import type { Credentials } from './test-hub.ts'

/** A persistent session that takes all of the ledger's messages, and keeps them by topic in the order of their coming. */
export class LedgerSubscriber {
  readonly name: string
  /** By topic; of QoS 2 each message once, as far as the packet identifiers tell ([MQTT-4.3.3-2]). */
  readonly received = new Map<string, number[]>()
  readonly #credentials: Credentials
  readonly #latest = new Map<string, number>()
  readonly #unreleased = new Set<number>()
  #client: RawClient | undefined
  #onProgress: () => void = () => undefined

  constructor(name: string, credentials: Credentials) {
    this.name = name
    this.#credentials = credentials
  }

  async connect(hub: HubAddress, onProgress: () => void = () => undefined): Promise<boolean> {
    const client = await openRawClient(hub, this.#credentials)
    this.#client = client
    this.#onProgress = onProgress
    client.socket.on('packet', (packet: Packet) => this.#take(packet))
    client.send(connectPacket({ clientId: this.name, clean: false }))
    return (await client.next('connack'))?.sessionPresent ?? false
  }

  async subscribe(): Promise<void> {
    this.#client?.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'ledger/#', qos: 2 }] })
    await this.#client?.next('suback')
  }

  isPast(topic: string, sequence: number): boolean {
    return (this.#latest.get(topic) ?? 0) >= sequence
  }

  disconnect(): void {
    this.#client?.socket.destroy()
  }

  #take(packet: Packet): void {
    const { messageId = 0 } = packet
    if (packet.cmd === 'pubrel') {
      this.#unreleased.delete(messageId)
      this.#client?.send({ cmd: 'pubcomp', messageId })
    } else if (packet.cmd === 'publish' && packet.qos === 1) {
      this.#note(packet.topic, packet.payload)
      this.#client?.send({ cmd: 'puback', messageId })
    } else if (packet.cmd === 'publish') {
      if (!this.#unreleased.has(messageId)) this.#note(packet.topic, packet.payload)
      this.#unreleased.add(messageId)
      this.#client?.send({ cmd: 'pubrec', messageId })
    }
    this.#onProgress()
  }

  #note(topic: string, payload: string | Buffer): void {
    const received = this.received.get(topic) ?? []
    const sequence = Number(payload.toString())
    received.push(sequence)
    this.#latest.set(topic, Math.max(this.#latest.get(topic) ?? 0, sequence))
    this.received.set(topic, received)
  }
}
