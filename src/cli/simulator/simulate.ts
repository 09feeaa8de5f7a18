import { join, resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { systemClock } from '../../clock.ts'
import { parseId } from '../../identifiers.ts'
import { type CredentialPaths, openWaitingFile } from '../output/credential-files.ts'
import type { CommandContext } from '../ports.ts'
import { openStopSignal } from '../stop-signal.ts'
import { readTlsFiles } from '../tls-files.ts'
import { CertificateRenewal, type DeviceCredentials } from './certificate-renewal.ts'
import { type SimulatedDevice, simulateDevice } from './device-simulator.ts'

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
    .description('be a device: send telemetry, answer ping, renew its certificate, come back after every loss')
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
      const say = (line: string): void => void context.terminal.stdout.write(`${systemClock().toISOString()} ${line}\n`)
      const shown = await readShown(options, context, say)
      // Loaded here alone: it takes longer than everything else that the other verbs need.
      const { connect } = await import('mqtt')
      await simulateDevice(
        { userId: parseId(options.userId, 'user'), deviceId, telemetrySeconds: options.telemetrySeconds, ...shown },
        { connect, say, clock: systemClock, random: Math.random, signal: stop.signal },
      )
    })
}

/** Where the device connects, and what it shows there. */
async function readShown(
  options: SimulateOptions,
  context: CommandContext,
  say: (line: string) => void,
): Promise<Pick<SimulatedDevice, 'connection' | 'renewal'>> {
  const { deviceId, mqttHost: host, clientId = `${deviceId}:simulator`, certPath, keyPath, caPath } = options
  const { cwd } = context.terminal
  const { certsDir, mqttPort } = await context.local.readSettings({ flags: [] })
  const port = options.mqttSecurePort ?? mqttPort
  if (options.useTls === 'false') return { connection: { protocol: 'mqtt', host, port, clientId } }
  const folder = join(certsDir, 'devices')
  const paths = {
    cert: certPath ?? join(folder, `${deviceId}-cert.pem`),
    key: keyPath ?? join(folder, `${deviceId}-key.pem`),
    ca: caPath ?? join(folder, 'ca-cert.pem'),
  }
  const { cert = '', key = '', ca = '' } = await readTlsFiles(paths, cwd)
  const renewal = new CertificateRenewal({
    credentials: { cert: cert.toString(), key: key.toString() },
    requestKey: () => context.local.requestKey(deviceId),
    save: (credentials) =>
      saveCredentials({ certificate: resolve(cwd, paths.cert), key: resolve(cwd, paths.key) }, credentials),
    say,
    clock: systemClock,
    random: Math.random,
  })
  return { connection: { protocol: 'mqtts', host, port, clientId, ca }, renewal }
}

/** Both files wait before the first takes its place: a folder that cannot be written to leaves the old pair as it is. */
async function saveCredentials(paths: Omit<CredentialPaths, 'ca'>, { cert, key }: DeviceCredentials): Promise<void> {
  await using keyFile = await openWaitingFile(paths.key, 0o600)
  await using certificateFile = await openWaitingFile(paths.certificate, 0o644)
  await keyFile.replace(key)
  await certificateFile.replace(cert)
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
