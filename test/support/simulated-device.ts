import { EventEmitter, once } from 'node:events'
import { connect } from 'mqtt'
import { createKeyRequest } from '../../src/ca/key-request.ts'
import { CertificateRenewal, type DeviceCredentials } from '../../src/cli/simulator/certificate-renewal.ts'
import { simulateDevice } from '../../src/cli/simulator/device-simulator.ts'
import type { Enrolled } from './test-hub.ts'

/** Where simulated devices find their hub; read at each connection, for a hub that starts again elsewhere. */
export interface SimulatedHub {
  readonly mqttPort: number
  readonly ca: string
  now(): Date
}

/** `signet simulate` without its process and files; disposed of, it has left. */
export interface SimulatedDevice extends AsyncDisposable {
  /** What it shows now. */
  readonly credentials: DeviceCredentials
  /** The first line that it says of this kind, said already or still to come. */
  said(pattern: RegExp): Promise<string>
}

export function startSimulatedDevice(
  enrolled: Enrolled,
  hub: SimulatedHub,
  requestKey = () => createKeyRequest(enrolled.id),
): SimulatedDevice {
  const stop = new AbortController()
  const lines: string[] = []
  const voice = new EventEmitter()
  const say = (line: string): void => {
    lines.push(line)
    voice.emit('line')
  }
  const shared = { say, clock: () => hub.now(), random: () => 0.3 }
  const renewal = new CertificateRenewal({
    credentials: enrolled,
    requestKey,
    save: async () => undefined,
    ...shared,
  })
  const connection = { protocol: 'mqtts', host: 'localhost', clientId: enrolled.id, ca: hub.ca } as const
  const finished = simulateDevice(
    { userId: 'default', deviceId: enrolled.id, telemetrySeconds: 0, connection, renewal },
    { connect: (options) => connect({ ...options, port: hub.mqttPort }), signal: stop.signal, ...shared },
  )
  return {
    get credentials() {
      return renewal.credentials
    },
    async said(pattern) {
      for (;;) {
        const found = lines.find((line) => pattern.test(line))
        if (found !== undefined) return found
        await once(voice, 'line')
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await finished
    },
  }
}
