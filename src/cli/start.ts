import type { Command } from 'commander'
import { reportFailure } from './exit-code.ts'
import { renderBanner } from './output/banner.ts'
import type { CommandContext, RunningHub, Terminal } from './ports.ts'
import { addSettingFlags, readSettingFlags, type SettingOptions } from './setting-flags.ts'
import { openStopSignal } from './stop-signal.ts'

const STOP_MILLISECONDS = 5_000

export function addStartCommand(program: Command, { terminal, local, version, settingsHelp }: CommandContext): void {
  const command = program.command('start').description('start the hub and keep it running until SIGTERM or SIGINT')
  addSettingFlags(command, settingsHelp)
    .option('-d, --debug', 'log every handshake and refusal: the same as --log-level debug')
    .action(async (options: SettingOptions & { readonly debug?: boolean }) => {
      const request = readSettingFlags(command, options)
      // An explicit --log-level comes later and wins.
      const flags = options.debug ? ['--log-level=debug', ...request.flags] : request.flags
      using stop = openStopSignal(terminal.signals)
      const hub = await local.start({ ...request, flags })
      const { stdout, cwd, command: name } = terminal
      if (stdout.isTTY) stdout.write(renderBanner(hub, { version, cwd, command: name }))
      using _ = reloadOnHangUp(hub, terminal)
      await stop.stopped
      await stopHub(hub, terminal, STOP_MILLISECONDS)
    })
}

/** SIGHUP: what is wrong with the new configuration is told, and the hub goes on with the old one. */
function reloadOnHangUp(hub: RunningHub, { signals, stderr }: Terminal): Disposable {
  const reload = (): void => void hub.reload().catch((error: unknown) => reportFailure(error, stderr))
  signals.on('SIGHUP', reload)
  return { [Symbol.dispose]: () => void signals.off('SIGHUP', reload) }
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
