import type { Logger } from './logger.ts'

/** For work that nobody waits for: its failure is an operator's to know. */
export function inBackground(work: Promise<void>, logger: Logger): void {
  work.catch((error) => logger.error({ component: 'registry', err: error }, 'Background work failed'))
}

/** Every `intervalMs` milliseconds until the stack is disposed of. */
export function repeat(stack: AsyncDisposableStack, intervalMs: number, work: () => void): void {
  const timer = setInterval(work, intervalMs)
  stack.defer(() => clearInterval(timer))
}
