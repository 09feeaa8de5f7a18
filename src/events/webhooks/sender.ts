import type { Clock } from '../../clock.ts'
import { traceHeaders } from '../../tracing.ts'
import { CONTENT_TYPES } from './delivery-body.ts'
import { type HttpAnswer, type HttpPost, post } from './http-post.ts'
import { signBody } from './signature.ts'
import { type LookUp, resolveTarget, type TargetPolicy } from './target.ts'
import type { Webhook } from './webhook.ts'

export interface SenderOptions {
  readonly policy: TargetPolicy
  readonly lookUp: LookUp
  readonly trust: HttpPost['trust']
  readonly limits: { readonly timeoutSeconds: number }
  readonly version: string
  readonly clock: Clock
}

export interface Parcel {
  /** The same in every attempt: receivers know by it what they have already. */
  readonly id: string
  readonly type: string
  readonly body: string
}

/** `error`: why it was not taken, in words that hold no secret. */
export type Outcome =
  | { readonly delivered: true; readonly status: number }
  | { readonly delivered: false; readonly error: string; readonly status?: number; readonly retryAfterMs?: number }

export type Send = (webhook: Webhook, parcel: Parcel, stop: AbortSignal) => Promise<Outcome>

/** Sends one parcel once. */
export function createSender({ policy, lookUp, trust, limits, version, clock }: SenderOptions): Send {
  return async (webhook, { id, type, body }, stop) => {
    const timeout = AbortSignal.timeout(limits.timeoutSeconds * 1000)
    const signal = AbortSignal.any([timeout, stop])
    try {
      const url = new URL(webhook.url)
      const addresses = await unlessAborted(resolveTarget(url, policy, lookUp), signal)
      const headers = {
        ...webhook.headers,
        ...traceHeaders(),
        'content-type': CONTENT_TYPES[webhook.format],
        'user-agent': `Signet/${version}`,
        'signet-event': type,
        'signet-delivery': id,
        'signet-signature': signBody(webhook.secret, clock(), body),
      }
      return judge(await post({ url, addresses, headers, body, trust, signal }))
    } catch (error) {
      return { delivered: false, error: timeout.aborted ? 'no answer in time' : describe(error) }
    }
  }
}

/** A name that nobody answers for is given up; it is still being asked about. */
function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  return Promise.race([work, promise])
}

function judge({ status, retryAfterMs }: HttpAnswer): Outcome {
  if (status >= 200 && status < 300) return { delivered: true, status }
  const error = `answered ${status}${status >= 300 && status < 400 ? ', and redirects are not followed' : ''}`
  return { delivered: false, status, error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}

/** Never more than is known to be harmless: a URL has tokens in it. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'failed'
  if (error.name === 'TargetRefused') return error.message
  const { code } = error as NodeJS.ErrnoException
  return code ?? error.name
}
