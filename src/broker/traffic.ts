import type { QoS } from './delivery/message.ts'

/** Messages at QoS 0, 1 and 2. */
export type CountByQoS = readonly [number, number, number]

/** What has passed since the start. */
export interface TrafficCounts {
  /** Of MQTT, without TLS; a connection's count from its accepted CONNECT on. */
  readonly bytesReceived: number
  readonly bytesSent: number
  /** MQTT control packets of every type. */
  readonly packetsReceived: number
  readonly packetsSent: number
  /** Publishes that were taken, wills included; those outside the policy are not. */
  readonly publishesReceived: CountByQoS
  readonly publishesSent: CountByQoS
  /** Payloads alone. */
  readonly publishBytesReceived: number
  readonly publishBytesSent: number
  /** Finished handshakes. */
  readonly socketsOpened: number
  /** CONNECT packets, refused ones included. */
  readonly connectsReceived: number
  readonly connectsAccepted: number
  /** Clients whose CONNECT was accepted and who are still there. */
  readonly connected: number
  readonly connectedAtMost: number
}

/** Counts what passes: integers on one object, so that no message notices it. */
export class Traffic {
  #bytesReceived = 0
  #bytesSent = 0
  #packetsReceived = 0
  #packetsSent = 0
  readonly #publishesReceived: [number, number, number] = [0, 0, 0]
  readonly #publishesSent: [number, number, number] = [0, 0, 0]
  #publishBytesReceived = 0
  #publishBytesSent = 0
  #socketsOpened = 0
  #connectsReceived = 0
  #connectsAccepted = 0
  #connected = 0
  #connectedAtMost = 0

  countRead(bytes: number, packets: number): void {
    this.#bytesReceived += bytes
    this.#packetsReceived += packets
  }

  countWritten(bytes: number): void {
    this.#bytesSent += bytes
  }

  countPacketsSent(packets: number): void {
    this.#packetsSent += packets
  }

  countPublishReceived(qos: QoS, payloadBytes: number): void {
    this.#publishesReceived[qos]++
    this.#publishBytesReceived += payloadBytes
  }

  countPublishSent(qos: QoS, payloadBytes: number): void {
    this.#publishesSent[qos]++
    this.#publishBytesSent += payloadBytes
  }

  countSocket(): void {
    this.#socketsOpened++
  }

  countConnect(): void {
    this.#connectsReceived++
  }

  /** An accepted CONNECT. */
  countArrival(): void {
    this.#connectsAccepted++
    this.#connected++
    this.#connectedAtMost = Math.max(this.#connectedAtMost, this.#connected)
  }

  countDeparture(): void {
    this.#connected--
  }

  read(): TrafficCounts {
    return {
      bytesReceived: this.#bytesReceived,
      bytesSent: this.#bytesSent,
      packetsReceived: this.#packetsReceived,
      packetsSent: this.#packetsSent,
      publishesReceived: [...this.#publishesReceived],
      publishesSent: [...this.#publishesSent],
      publishBytesReceived: this.#publishBytesReceived,
      publishBytesSent: this.#publishBytesSent,
      socketsOpened: this.#socketsOpened,
      connectsReceived: this.#connectsReceived,
      connectsAccepted: this.#connectsAccepted,
      connected: this.#connected,
      connectedAtMost: this.#connectedAtMost,
    }
  }
}
