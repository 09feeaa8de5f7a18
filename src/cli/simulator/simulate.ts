import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { IClientOptions } from 'mqtt'
import { systemClock } from '../../clock.ts'
import { parseId } from '../../identifiers.ts'
import type { CommandContext } from '../ports.ts'
import { openStopSignal } from '../stop-signal.ts'
import { readTlsFiles } from '../tls-files.ts'
import { simulateDevice } from './device-simulator.ts'

interface SimulateOptions {
  readonly userId: string
  readonly deviceId: string
  readonly mqttHost: string
  readonly mqttSecurePort?: number
  readonly useTls: 'true' | 'false'
  readonly certPath?: string
  readonly keyPath?: string
  readonly caPath?: string
  readonly clientId?: string
  readonly telemetrySeconds: number
}

export function addSimulateCommand(program: Command, context: CommandContext): void {
  program
    .command('simulate')
    .description('be a device: send telemetry, answer ping, come back after every loss')
    .requiredOption('--user-id <id>', 'user who owns the device')
    .requiredOption('--device-id <id>', 'the device')
    .option('--mqtt-host <host>', 'where the hub is', 'localhost')
    .option('--mqtt-secure-port <port>', 'its MQTT port (default: that of the configuration)', parsePort)
    .addOption(new Option('--use-tls <answer>', 'whether to use TLS').choices(['true', 'false']).default('true'))
    .option('--cert-path <file>', 'certificate (default: <id>-cert.pem in devices/ of the certificates folder)')
    .option('--key-path <file>', 'key (default: <id>-key.pem there)')
    .option('--ca-path <file>', 'certificate of the CA (default: ca-cert.pem there)')
    .option('--client-id <id>', 'MQTT client id (default: <device>:simulator)')
    .option('--telemetry-seconds <seconds>', 'time between two messages; 0 sends none', parseSeconds, 5)
    .action(async (options: SimulateOptions) => {
      using stop = openStopSignal(context.terminal.signals)
      const deviceId = parseId(options.deviceId, 'device')
      const connection = await readConnection(options, context)
      // Loaded here alone: it takes longer than everything else that the other verbs need.
      const { connect } = await import('mqtt')
      await simulateDevice(
        { userId: parseId(options.userId, 'user'), deviceId, telemetrySeconds: options.telemetrySeconds, connection },
        {
          connect,
          say: (line) => void context.terminal.stdout.write(`${systemClock().toISOString()} ${line}\n`),
          clock: systemClock,
          random: Math.random,
          signal: stop.signal,
        },
      )
    })
}

async function readConnection(options: SimulateOptions, context: CommandContext): Promise<IClientOptions> {
  const { deviceId, mqttHost: host, clientId = `${deviceId}:simulator`, certPath, keyPath, caPath } = options
  const { certsDir, mqttPort } = await context.local.readSettings({ flags: [] })
  const port = options.mqttSecurePort ?? mqttPort
  if (options.useTls === 'false') return { protocol: 'mqtt', host, port, clientId }
  const folder = join(certsDir, 'devices')
  const paths = {
    cert: certPath ?? join(folder, `${deviceId}-cert.pem`),
    key: keyPath ?? join(folder, `${deviceId}-key.pem`),
    ca: caPath ?? join(folder, 'ca-cert.pem'),
  }
  return { protocol: 'mqtts', host, port, clientId, ...(await readTlsFiles(paths, context.terminal.cwd)) }
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port
  throw new InvalidArgumentError('expected a port from 1 to 65535')
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (text !== '' && seconds >= 0 && seconds <= 86_400) return seconds
  throw new InvalidArgumentError('expected seconds, 0 to 86400')
}
