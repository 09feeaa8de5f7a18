import { reportFailure } from './exit-code.ts'
import type { Output, RunningHub, SignalSource } from './ports.ts'

export interface ReloadSignal extends Disposable {
  /** Whom to ask from now on; before, the signal is heard and nothing is done: what starts reads its files anyway. */
  pass(hub: Pick<RunningHub, 'reload'>): void
}

/** Listens for SIGHUP, which would end the process otherwise, until it is disposed. */
export function openReloadSignal(signals: SignalSource | undefined, stderr: Output): ReloadSignal {
  let hub: Pick<RunningHub, 'reload'> | undefined
  const reload = (): void => {
    // The hub goes on with what it has.
    hub?.reload().catch((error: unknown) => reportFailure(error, stderr))
  }
  signals?.on('SIGHUP', reload)
  return {
    pass(running) {
      hub = running
    },
    [Symbol.dispose]: () => void signals?.off('SIGHUP', reload),
  }
}
