import { createHash } from 'node:crypto'
import type { RetainedMessage } from './retained-messages.ts'

/** What a copy of retained messages did, or was about to do. */
export interface RetainedReport {
  /** The topic filter that covers them. */
  readonly topic: string
  readonly retained: readonly CopiedMessage[]
}

export interface CopiedMessage {
  readonly topicName: string
  /** Of the payload, in base64. */
  readonly sha256: string
  /** The payload that the hub retained before, in base64. */
  readonly before?: string
}

export function reportCopy(
  topic: string,
  messages: readonly RetainedMessage[],
  before: ReadonlyMap<string, Buffer>,
): RetainedReport {
  const retained = messages.map(({ topicName, payload }) => {
    const replaced = before.get(topicName)
    return {
      topicName,
      sha256: digestOf(payload),
      ...(replaced === undefined ? {} : { before: replaced.toString('base64') }),
    }
  })
  return { topic, retained }
}

/** What is to be published so that all is as it was; what was published since the copy stays. */
export function planReturn(
  { retained }: RetainedReport,
  current: ReadonlyMap<string, Buffer>,
): readonly RetainedMessage[] {
  return retained
    .filter(({ topicName, sha256 }) => {
      const payload = current.get(topicName)
      return payload !== undefined && digestOf(payload) === sha256
    })
    .map(({ topicName, before = '' }) => ({ topicName, payload: Buffer.from(before, 'base64') }))
}

export function isRetainedReport(report: object): report is RetainedReport {
  return 'retained' in report && Array.isArray(report.retained) && 'topic' in report
}

function digestOf(payload: Buffer): string {
  return createHash('sha256').update(payload).digest('base64')
}
