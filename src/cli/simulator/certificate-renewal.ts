import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { MqttClient } from 'mqtt'
import type { Clock } from '../../clock.ts'
import type { KeyRequest } from '../ports.ts'
import { renewalTime } from './renewal-time.ts'

/** What the device shows, both PEM. */
export interface DeviceCredentials {
  readonly cert: string
  readonly key: string
}

export interface CertificateRenewalOptions {
  readonly credentials: DeviceCredentials
  readonly requestKey: () => Promise<KeyRequest>
  /** Keeps them for the next start. */
  readonly save: (credentials: DeviceCredentials) => Promise<void>
  readonly say: (line: string) => void
  readonly clock: Clock
  readonly random: () => number
}

// setTimeout past 24.8 days fires at once; a clock that was set is noticed within the hour.
const LONGEST_WAIT_MS = 3_600_000
const RETRY_MS = 10_000

/** Renews the certificate of a device over its own MQTT connection, for a key that is made here; from one connection to the next. */
export class CertificateRenewal {
  readonly #options: CertificateRenewalOptions
  #credentials: DeviceCredentials
  #dueAt: Date
  /** Kept until it is answered: a request that is repeated, or asked for twice at once, is for the same key. */
  #request: Promise<KeyRequest> | undefined

  constructor(options: CertificateRenewalOptions) {
    this.#options = options
    this.#credentials = options.credentials
    this.#dueAt = renewalTime(options.credentials.cert, options.random)
  }

  get credentials(): DeviceCredentials {
    return this.#credentials
  }

  /** Asks over this connection whenever it is due; calls back when there is a new certificate to connect with. */
  watch(client: MqttClient, ownTopic: string, onRenewed: () => void): void {
    const topic = (end: string): string => `${ownTopic}/certificate/${end}`
    const { say, clock } = this.#options
    let timer: NodeJS.Timeout | undefined
    const arm = (milliseconds: number): void => {
      clearTimeout(timer)
      timer = setTimeout(look, Math.min(Math.max(milliseconds, 0), LONGEST_WAIT_MS))
    }
    const look = (): void => {
      const remaining = this.#dueAt.getTime() - clock().getTime()
      if (remaining > 0) return arm(remaining)
      arm(RETRY_MS)
      this.#ask(client, topic('request')).catch((error: unknown) => say(`renewal not asked for: ${error}`))
    }
    client.on('message', (topicName, payload) => {
      if (topicName === topic('renew')) {
        say('asked to renew the certificate')
        this.#dueAt = clock()
        look()
      }
      if (topicName === topic('response')) {
        this.#take(payload.toString(), onRenewed).catch((error: unknown) => say(`renewal failed: ${error}`))
      }
    })
    client.subscribe([topic('response'), topic('renew')], { qos: 1 }, (error) => {
      if (error) return say(`renewal is off: ${error.message}`)
      say(`renewal due ${this.#dueAt.toISOString()}`)
      look()
    })
    client.once('close', () => clearTimeout(timer))
  }

  async #ask(client: MqttClient, topicName: string): Promise<void> {
    this.#request ??= this.#options.requestKey().catch((error: unknown) => {
      this.#request = undefined
      throw error
    })
    const { csr } = await this.#request
    if (client.connected) client.publish(topicName, JSON.stringify({ csr }), { qos: 1 })
  }

  async #take(payload: string, onRenewed: () => void): Promise<void> {
    const { say, save, random } = this.#options
    const answer = readAnswer(payload)
    if ('refused' in answer) return this.#wait(answer)
    const request = await this.#request
    // Somebody else may ask with this device's certificate, for a key of his own.
    if (!request || !isFor(answer.clientCert, request.key)) return say('certificate ignored: it is for another key')
    this.#request = undefined
    const credentials = { cert: answer.clientCert, key: request.key }
    await save(credentials)
    this.#credentials = credentials
    this.#dueAt = renewalTime(credentials.cert, random)
    say(`certificate renewed until ${answer.notAfter}`)
    onRenewed()
  }

  /** What was refused once will be so for a while: the next attempt comes after a tenth of what is left. */
  #wait({ code, refused }: Refusal): void {
    const { say, clock } = this.#options
    say(`renewal refused: ${refused}`)
    // Of a request that came twice the first is being answered.
    if (code === 'renewal_in_progress') return
    const now = clock().getTime()
    const remaining = Date.parse(new X509Certificate(this.#credentials.cert).validTo) - now
    this.#dueAt = new Date(now + Math.max(RETRY_MS, remaining / 10))
  }
}

function isFor(certificatePem: string, keyPem: string): boolean {
  return new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem))
}

interface Refusal {
  readonly code: unknown
  readonly refused: string
}

type Answer = { readonly clientCert: string; readonly notAfter: string } | Refusal

function readAnswer(payload: string): Answer {
  const { clientCert, notAfter, error } = JSON.parse(payload)
  if (typeof clientCert === 'string' && typeof notAfter === 'string') return { clientCert, notAfter }
  return { code: error?.code, refused: `${error?.code}: ${error?.message}` }
}
