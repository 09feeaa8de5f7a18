import { DomainError } from './errors.ts'
import type { Logger } from './logger.ts'

/** For work whose failure is an operator's to know, and nobody else's: resolves in any case. */
export function inBackground(work: Promise<void>, logger: Logger): Promise<void> {
  return work.catch((error) => {
    // It is done when the key is unlocked, and that it is locked has been told.
    if (error instanceof DomainError && error.code === 'ca_locked') return
    logger.error({ component: 'registry', err: error }, 'Background work failed')
  })
}

/** Every `intervalMs` milliseconds until the stack is disposed of. */
export function repeat(stack: AsyncDisposableStack, intervalMs: number, work: () => void): void {
  const timer = setInterval(work, intervalMs)
  stack.defer(() => clearInterval(timer))
}
