import { AsyncLocalStorage } from 'node:async_hooks'

/** What every line of the log bears that is written on behalf of one request. */
export interface RequestFields {
  readonly requestId: string
}

const request = new AsyncLocalStorage<RequestFields>()

/** What is logged within `work`, and within all that it sets going, bears these fields. */
export function withRequest<Result>(fields: RequestFields, work: () => Result): Result {
  return request.run(fields, work)
}

/** For work that many requests share: no line of it belongs to the one that happened to set it going. */
export function outsideRequests<Result>(work: () => Result): Result {
  return request.exit(work)
}

/** Of the request that this is done for; to be kept by what is told of later. */
export function requestFields(): RequestFields | undefined {
  return request.getStore()
}

/** Who it is about, under the names that every line has for them. */
export function identityFields({ kind, id, userId }: NamedIdentity): Readonly<Record<string, string>> {
  const field = NAMES[kind]
  const named = field === undefined ? { kind, id } : { [field]: id }
  return userId === undefined ? named : { ...named, userId }
}

interface NamedIdentity {
  readonly kind: string
  readonly id: string
  readonly userId?: string | undefined
}

const NAMES: Readonly<Record<string, string | undefined>> = {
  device: 'deviceId',
  service: 'serviceName',
  administrator: 'administrator',
}
