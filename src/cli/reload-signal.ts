import type { Output, RunningHub, SignalSource } from './ports.ts'

export interface ReloadSignal extends Disposable {
  /** Whom to ask from now on; before, the signal is heard and nothing is done: what starts reads its files anyway. */
  pass(hub: Pick<RunningHub, 'reloadCertificates'>): void
}

/** Listens for SIGHUP, which would end the process otherwise, until it is disposed. */
export function openReloadSignal(signals: SignalSource | undefined, stderr: Output): ReloadSignal {
  let hub: Pick<RunningHub, 'reloadCertificates'> | undefined
  const reload = (): void => {
    hub?.reloadCertificates().catch((error: unknown) => stderr.write(`signet: Certificates were not read: ${error}\n`))
  }
  signals?.on('SIGHUP', reload)
  return {
    pass(running) {
      hub = running
    },
    [Symbol.dispose]: () => void signals?.off('SIGHUP', reload),
  }
}
