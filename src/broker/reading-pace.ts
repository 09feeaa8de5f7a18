import type { Readable } from 'node:stream'
import type { Clock } from '../clock.ts'
import type { BoundReports } from './bound-reports.ts'
import type { Connection } from './connection.ts'
import { FrameMeter } from './frame-meter.ts'
import { type ReadingBudget, ReadingBudgets, type ReadingLimit, type ReadingLimits } from './reading-budget.ts'

/** Paces what is read from a device; `onWait` is told at least once a second while it is not read from. */
export type Pace = (connection: Connection, onWait: () => void) => void

/** Without limits nothing stands between a connection and its reader. */
export function createPace(limits: ReadingLimits, clock: Clock, reports: Pick<BoundReports, 'reached'>): Pace {
  if (limits.messagesPerSecond === 0 && limits.bytesPerSecond === 0) return () => undefined
  const budgets = new ReadingBudgets(limits, clock)
  return ({ socket, session }, onWait) => {
    if (!session) return
    const { identity } = session
    socket.once('close', () => budgets.leave(identity))
    const onPause = (limit: ReadingLimit): void => reports.reached(limit, `${identity.kind}:${identity.id}`)
    paceReading(socket, budgets.join(identity), { onPause, onWait })
  }
}

export interface PaceOptions {
  /** Reading has stopped until there is budget again. */
  readonly onPause: (limit: ReadingLimit) => void
  /** Told at least once a second while it is stopped: the silence is ours, not the client's. */
  readonly onWait: () => void
}

/**
 * Hands on of a stream, whose first frame is a CONNECT, no more than the budget allows, and lets the rest lie in it: the
 * peer's TCP window closes, nothing is dropped. A reader is told by "readable" when it may go on.
 */
export function paceReading(stream: Readable, budget: ReadingBudget, { onPause, onWait }: PaceOptions): void {
  const read: (size?: number) => Buffer | null = stream.read.bind(stream)
  const meter = new FrameMeter(Number.POSITIVE_INFINITY)
  let isConnected = false
  let isPaused = false
  const waiter = {
    wait: onWait,
    goOn() {
      isPaused = false
      stream.emit('readable')
    },
  }
  stream.once('close', () => budget.leave(waiter))
  stream.read = (size?: number) => {
    const chunk = isPaused ? null : read(size)
    if (chunk === null) return null
    if (!isConnected) {
      isConnected = true
      return split(chunk, lengthOfFirst(chunk, meter))
    }
    const allowed = budget.take(chunk, meter)
    return allowed === chunk.length ? chunk : pause(split(chunk, allowed))
  }

  /** Puts the rest back before the reader goes on: a stream that is empty may end. */
  function split(chunk: Buffer, length: number): Buffer {
    if (length < chunk.length) stream.unshift(chunk.subarray(length))
    return chunk.subarray(0, length)
  }

  function pause(allowed: Buffer): Buffer | null {
    isPaused = true
    budget.wait(waiter)
    onPause(budget.scarce)
    return allowed.length === 0 ? null : allowed
  }
}

/** A CONNECT has its own limits in bytes and time: to hold it up would only run into them. */
function lengthOfFirst(chunk: Buffer, meter: FrameMeter): number {
  let begun = 0
  const length = meter.follow(chunk, () => begun++ === 0)
  return typeof length === 'string' ? chunk.length : length
}
