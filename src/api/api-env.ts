import type { Peer } from '../peer-identity.ts'
import type { AdmittedEnrolment } from '../registry/enrolment/enrolments.ts'
import type { Caller } from './access/caller.ts'
import type { RequestOrigin } from './request/request-origin.ts'

/** What travels with one request through the middlewares. */
export interface ApiEnv {
  readonly Bindings: {
    readonly origin: RequestOrigin
    /** Closes the connection of the request at once; none of what the hub's own process asks. */
    readonly abort?: () => void
  }
  readonly Variables: {
    readonly requestId: string
    readonly caller: Caller
    /** Whose certificate the connection shows. */
    readonly device: { readonly id: string; readonly fingerprint: string; readonly peer: Peer }
    /** The whole of it, where it was within the limit. */
    readonly body?: Uint8Array
    /** Of who shows an enrolment token. */
    readonly enrolment?: AdmittedEnrolment
  }
}
