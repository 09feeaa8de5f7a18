import type { IPublishPacket } from 'mqtt-packet'
import { connectPacket, type HubAddress, openRawClient, type RawClient } from './raw-client.ts'
import type { Credentials } from './test-hub.ts'

type LedgerQoS = 1 | 2

interface Sent {
  readonly packet: IPublishPacket
  readonly qos: LedgerQoS
  readonly sequence: number
  /** PUBREC has come: PUBREL is owed. */
  isReceived: boolean
}

/** Publishes numbered messages of QoS 1 and 2 as fast as its window allows, over all its connections, and writes down what was acknowledged. */
export class LedgerPublisher {
  readonly name: string
  readonly acknowledged: Readonly<Record<LedgerQoS, number[]>> = { 1: [], 2: [] }
  readonly #credentials: Credentials
  readonly #window: number
  readonly #sent = new Map<number, Sent>()
  readonly #sequences = { 1: 0, 2: 0 }
  #messageId = 0
  #isStopped = false
  #client: RawClient | undefined
  #onProgress: () => void = () => undefined

  constructor(name: string, credentials: Credentials, window: number) {
    this.name = name
    this.#credentials = credentials
    this.#window = window
  }

  get acknowledgements(): number {
    return this.acknowledged[1].length + this.acknowledged[2].length
  }

  get isIdle(): boolean {
    return this.#sent.size === 0
  }

  /** MQTT 3.1.1 §4.4: what is unacknowledged is sent again first, in its old order and under its old identifiers. */
  async connect(hub: HubAddress, onProgress: () => void): Promise<void> {
    const client = await openRawClient(hub, this.#credentials)
    this.#client = client
    this.#onProgress = onProgress
    client.send(connectPacket({ clientId: this.name, clean: false }))
    await client.next('connack')
    client.socket.on('packet', ({ cmd, messageId = 0 }) => this.#take(cmd, messageId))
    for (const [messageId, { packet, isReceived }] of this.#sent) {
      client.send(isReceived ? { cmd: 'pubrel', messageId } : { ...packet, dup: true })
    }
    this.#fill()
  }

  /** Nothing new from now on. */
  stop(): void {
    this.#isStopped = true
  }

  disconnect(): void {
    this.#client?.socket.destroy()
  }

  #take(cmd: string, messageId: number): void {
    const sent = this.#sent.get(messageId)
    if (!sent) return
    if (cmd === 'pubrec') {
      if (!sent.isReceived) this.acknowledged[2].push(sent.sequence)
      sent.isReceived = true
      this.#client?.send({ cmd: 'pubrel', messageId })
    } else if (cmd === 'puback' || cmd === 'pubcomp') {
      if (cmd === 'puback') this.acknowledged[1].push(sent.sequence)
      this.#sent.delete(messageId)
      this.#fill()
    }
    this.#onProgress()
  }

  #fill(): void {
    while (!this.#isStopped && this.#sent.size < this.#window) this.#publish()
  }

  #publish(): void {
    do this.#messageId = (this.#messageId % 65_535) + 1
    while (this.#sent.has(this.#messageId))
    const qos = this.#messageId % 2 === 0 ? 2 : 1
    const sequence = ++this.#sequences[qos]
    const packet: IPublishPacket = {
      cmd: 'publish',
      topic: `ledger/${this.name}/${qos}`,
      payload: String(sequence),
      qos,
      messageId: this.#messageId,
      retain: sequence % 10 === 0,
      dup: false,
    }
    this.#sent.set(this.#messageId, { packet, qos, sequence, isReceived: false })
    this.#client?.send(packet)
  }
}
