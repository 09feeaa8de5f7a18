import type { Logger } from '../../logger.ts'
import type { Status } from './status.ts'

/** Tells the status at every interval, until it is disposed. */
export function startTelling(status: Pick<Status, 'update'>, intervalMs: number, logger: Logger): Disposable {
  const timer = setInterval(() => void tell(), intervalMs)
  return { [Symbol.dispose]: () => clearInterval(timer) }

  /** Numbers about the broker must not end it. */
  async function tell(): Promise<void> {
    try {
      await status.update()
    } catch (error) {
      logger.error({ component: 'broker', err: error }, 'The status of the broker could not be told')
    }
  }
}
