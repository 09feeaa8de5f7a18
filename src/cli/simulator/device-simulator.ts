import type { IClientOptions, MqttClient } from 'mqtt'
import type { Clock } from '../../clock.ts'
import { readSystemCode } from '../command-failed.ts'
import { backOffMilliseconds } from './back-off.ts'
import type { CertificateRenewal } from './certificate-renewal.ts'
import { answerRpc } from './rpc.ts'

export interface SimulatedDevice {
  readonly userId: string
  readonly deviceId: string
  readonly telemetrySeconds: number
  /** Address, client id and TLS files, as MQTT.js takes them. */
  readonly connection: IClientOptions
  /** Of a device with a certificate: what it shows, which is then not in `connection`. */
  readonly renewal?: Pick<CertificateRenewal, 'credentials' | 'watch'>
}

/** What the simulator needs beside the device: MQTT.js itself, loaded by the verb alone, and where its lines go. */
export interface SimulatorContext {
  readonly connect: (options: IClientOptions) => MqttClient
  readonly say: (line: string) => void
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
}

/** Keeps a device connected until the signal: telemetry, answers to RPC, and a patient return after every loss. */
export async function simulateDevice(device: SimulatedDevice, context: SimulatorContext): Promise<void> {
  const { say, random, signal } = context
  for (let attempt = 0; !signal.aborted; attempt++) {
    const end = await runConnection(device, context)
    if (signal.aborted) break
    if (end !== 'refused') attempt = 0
    // By its own doing: the hub waits for the new certificate.
    if (end === 'renewed') continue
    const wait = backOffMilliseconds(attempt, random)
    say(`next attempt in ${(wait / 1000).toFixed(1)} s`)
    await pause(wait, signal)
  }
  say('stopped')
}

type End = 'refused' | 'lost' | 'renewed'

/** One connection from its first packet to its last. */
async function runConnection(device: SimulatedDevice, context: SimulatorContext): Promise<End> {
  const { connect, say, signal } = context
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  let ended: End = 'refused'
  // MQTT.js's own reconnection has a fixed period: a fleet of such devices would return in one wave.
  const shown = { ...device.connection, ...device.renewal?.credentials }
  const client = connect({ ...shown, protocolVersion: 4, clean: true, reconnectPeriod: 0 })
  const end = (): void => void client.end(!client.connected)
  signal.addEventListener('abort', end, { once: true })
  client.on('connect', () => {
    ended = 'lost'
    say('connected')
    startTalking(client, device, context)
    device.renewal?.watch(client, ownTopic(device), () => {
      ended = 'renewed'
      client.end()
    })
  })
  // A name with several addresses fails with one error for all of them, which has a code but no message.
  client.on('error', (error) => say(`error: ${error.message || readSystemCode(error)}`))
  client.on('close', resolve)
  await closed
  signal.removeEventListener('abort', end)
  say(ended === 'refused' ? 'not connected' : 'connection closed')
  await client.endAsync(true)
  return ended
}

function startTalking(client: MqttClient, device: SimulatedDevice, { say, clock, random }: SimulatorContext): void {
  const { telemetrySeconds } = device
  const topicName = (end: string): string => `${ownTopic(device)}/${end}`
  client.on('message', (topic, payload) => {
    if (topic !== topicName('rpc/request')) return
    const outcome = answerRpc(payload.toString())
    if ('ignored' in outcome) return say(`RPC ignored: ${outcome.ignored}`)
    client.publish(topicName('rpc/response'), JSON.stringify(outcome.response), { qos: 1 })
    return say(
      `RPC ${JSON.stringify(outcome.method)} answered with ${'error' in outcome.response ? 'an error' : 'a result'}`,
    )
  })
  client.subscribe(topicName('rpc/request'), { qos: 1 }, (error) =>
    say(error ? `subscription refused: ${error.message}` : `subscribed to ${topicName('rpc/request')}`),
  )
  if (telemetrySeconds === 0) return
  let sequence = 0
  const send = (): void => {
    const temperature = Math.round((20 + 5 * random()) * 10) / 10
    const payload = JSON.stringify({ sequence: ++sequence, temperature, at: clock().toISOString() })
    client.publish(topicName('telemetry'), payload, { qos: 1 }, (error) => error ?? say(`telemetry ${payload}`))
  }
  send()
  const timer = setInterval(send, telemetrySeconds * 1000)
  client.once('close', () => clearInterval(timer))
}

function ownTopic({ userId, deviceId }: SimulatedDevice): string {
  return `users/${userId}/devices/${deviceId}`
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const wake = (): void => resolve()
  const timer = setTimeout(wake, milliseconds)
  signal.addEventListener('abort', wake)
  await promise
  signal.removeEventListener('abort', wake)
  clearTimeout(timer)
}
