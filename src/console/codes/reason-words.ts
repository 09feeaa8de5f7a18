import { read } from '../language.ts'
import { LEAVING_TEXT, LOSS_TEXT, REVOCATION_TEXT, REVOKED_TEXT } from './reason-text.ts'
import { tell } from './tell.ts'

export function tellRevocation(reason: string): string {
  return tell(REVOCATION_TEXT, reason)
}

/** Why a client went, or was sent away. */
export function tellLeaving(reason: string): string {
  const [, revocation] = /^certificate revoked: (\w+)$/.exec(reason) ?? []
  if (revocation === undefined) return tell(LEAVING_TEXT, reason)
  return read(REVOKED_TEXT).revoked(tellRevocation(revocation))
}

export function tellLoss(reason: string): string {
  return tell(LOSS_TEXT, reason)
}
