import type { Command } from 'commander'
import { renderBanner } from './output/banner.ts'
import type { CommandContext, RunningHub, Terminal } from './ports.ts'
import { openReloadSignal } from './reload-signal.ts'
import { addSettingFlags, readSettingFlags, type SettingOptions } from './setting-flags.ts'
import { saveSslSettings } from './ssl-settings.ts'
import { openStopSignal } from './stop-signal.ts'

const STOP_MILLISECONDS = 5_000

export function addStartCommand(program: Command, { terminal, local, version, settingsHelp }: CommandContext): void {
  const command = program.command('start').description('start the hub and keep it running until SIGTERM or SIGINT')
  addSettingFlags(command, settingsHelp)
    .option('-d, --debug', 'log every handshake and refusal: the same as --log-level debug')
    .option('--ssl', 'serve HTTPS with the certificate of --cert and --key: the same as --ssl-enabled')
    .option('--cert <file>', 'certificate and the CAs that lead to it, PEM: the same as --ssl-cert-file')
    .option('--key <file>', 'its private key: the same as --ssl-key-file')
    .option('--ssl-config', 'write these three into config.yaml, and exit')
    .action(async (options: StartOptions) => {
      const request = readSettingFlags(command, options)
      // What is named by its own flag comes later and wins.
      const flags = [...shortFlags(options), ...request.flags]
      if (options.sslConfig) return saveSslSettings({ ...request, flags }, { terminal, local })
      const { stdout, stderr, signals, cwd, command: name } = terminal
      // Of a terminal the signal says that it is gone; of a service, by custom, that its files are others.
      using stop = openStopSignal(signals, stdout.isTTY ? ['SIGTERM', 'SIGINT', 'SIGHUP'] : ['SIGTERM', 'SIGINT'])
      using reload = openReloadSignal(stdout.isTTY ? undefined : signals, stderr)
      const hub = await local.start({ ...request, flags })
      reload.pass(hub)
      if (stdout.isTTY) stdout.write(renderBanner(hub, { version, cwd, command: name }, await hub.createSetUpLink?.()))
      await stop.stopped
      await stopHub(hub, terminal, STOP_MILLISECONDS)
    })
}

interface StartOptions extends SettingOptions {
  readonly debug?: boolean
  readonly ssl?: boolean
  readonly cert?: string
  readonly key?: string
  readonly sslConfig?: boolean
}

function shortFlags({ debug, ssl, cert, key }: StartOptions): readonly string[] {
  return [
    ...(debug ? ['--log-level=debug'] : []),
    ...(ssl ? ['--ssl-enabled=true'] : []),
    ...(cert === undefined ? [] : [`--ssl-cert-file=${cert}`]),
    ...(key === undefined ? [] : [`--ssl-key-file=${key}`]),
  ]
}

/** Releases the hub; one that does not let go in time is ended with the process. */
export async function stopHub(hub: RunningHub, terminal: Terminal, milliseconds: number): Promise<void> {
  using deadline = openDeadline(milliseconds)
  const isReleased = await Promise.race([hub[Symbol.asyncDispose]().then(() => true), deadline.passed])
  if (isReleased) return
  terminal.stderr.write(`signet: The hub did not stop within ${milliseconds / 1000} s and was ended\n`)
  terminal.abandon()
}

function openDeadline(milliseconds: number): Disposable & { readonly passed: Promise<false> } {
  const { promise, resolve } = Promise.withResolvers<false>()
  const timer = setTimeout(() => resolve(false), milliseconds)
  return { passed: promise, [Symbol.dispose]: () => clearTimeout(timer) }
}
