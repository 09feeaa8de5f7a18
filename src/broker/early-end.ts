import { describeCertificate } from '../peer-identity.ts'
import type { Presented, RefusalCause } from '../refusal.ts'
import type { Identity } from '../registry/identity.ts'
import type { ConnectFailure } from './connect-gate.ts'
import type { Connection } from './connection.ts'

/** Who it is, where that is known, and its certificate. */
export function presentedBy({ peer }: Connection, identity?: Identity): Presented {
  return {
    ...(identity ? { identity: `${identity.kind}:${identity.id}` } : {}),
    ...(peer.certificate ? describeCertificate(peer.certificate) : {}),
  }
}

/** What speaks another protocol has come to the wrong door, whoever it is. */
export const OTHER_PROTOCOLS: ReadonlySet<RefusalCause> = new Set(['http_on_mqtt_port', 'tls_on_plain_port'])

/** What would have been in time, or small enough. */
export function expectedBy(
  failure: ConnectFailure,
  limits: { readonly connectSeconds: number; readonly connectBytes: number },
): string | undefined {
  if (failure === 'connect_timeout') return `a CONNECT within ${limits.connectSeconds} s`
  return failure === 'connect_too_large' ? `a CONNECT of at most ${limits.connectBytes} bytes` : undefined
}

/** What only a CONNECT can show, and the lack of which says nothing before it. */
export const AWAITED: ReadonlySet<RefusalCause> = new Set(['credential_missing', 'login_missing'])
