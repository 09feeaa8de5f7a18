import type { SignalSource } from './ports.ts'

export interface StopSignal extends Disposable {
  /** Aborted by the first SIGTERM or SIGINT. */
  readonly signal: AbortSignal
  readonly stopped: Promise<void>
}

/** Listens until it is disposed: a terminal and a launcher may each send the signal, and the second must not end a stop half-way. */
export function openStopSignal(signals: SignalSource): StopSignal {
  const controller = new AbortController()
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = (): void => {
    controller.abort(new Error('a signal asked to stop'))
    resolve()
  }
  signals.on('SIGTERM', stop)
  signals.on('SIGINT', stop)
  return {
    signal: controller.signal,
    stopped: promise,
    [Symbol.dispose]() {
      signals.off('SIGTERM', stop)
      signals.off('SIGINT', stop)
    },
  }
}
