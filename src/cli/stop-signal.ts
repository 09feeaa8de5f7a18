import type { Signal, SignalSource } from './ports.ts'

export interface StopSignal extends Disposable {
  /** Aborted by the first of the signals. */
  readonly signal: AbortSignal
  readonly stopped: Promise<void>
}

/** Listens until it is disposed: a terminal and a launcher may each send the signal, and the second must not end a stop half-way. */
export function openStopSignal(signals: SignalSource, names: readonly Signal[] = ['SIGTERM', 'SIGINT']): StopSignal {
  const controller = new AbortController()
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = (): void => {
    controller.abort(new Error('a signal asked to stop'))
    resolve()
  }
  for (const name of names) signals.on(name, stop)
  return {
    signal: controller.signal,
    stopped: promise,
    [Symbol.dispose]() {
      for (const name of names) signals.off(name, stop)
    },
  }
}
