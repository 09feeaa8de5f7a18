import { tellMeasure, tellSign } from '../../codes/event-words.ts'
import { tellLeaving, tellRevocation } from '../../codes/reason-words.ts'
import { tellCause } from '../../codes/refusal-words.ts'
import type { DiaryEntryAnswer } from '../../hub/answers.ts'
import { read } from '../../language.ts'
import { DEVICE_TEXT } from './device-text.ts'

interface Words {
  readonly leftWhy: string
  readonly origins: Readonly<Record<string, string>>
}

/** Why an entry of the diary came to be: codes in the reader's words, sentences as the hub says them. */
export function tellDetail({ event, reason, refusal }: DiaryEntryAnswer): string | undefined {
  const { leftWhy, origins }: Words = read(DEVICE_TEXT)
  if (refusal) return tellCause(refusal.cause)
  if (event === 'left') return leftWhy
  if (reason === null) return undefined
  switch (event) {
    case 'disconnected':
      return tellLeaving(reason)
    case 'certificate_revoked':
      return tellRevocation(reason)
    case 'certificate_issued':
    case 'certificate_renewed':
      return origins[reason] ?? reason
    case 'compromise_suspected':
      return tellSuspicion(reason)
    default:
      return reason
  }
}

/** `key_reuse, suspended: fingerprint AB`: sign, what was done, and the evidence. */
function tellSuspicion(reason: string): string {
  const [, sign, measure, evidence] = /^(\w+), (\w+)(.*)$/s.exec(reason) ?? []
  return sign && measure ? `${tellSign(sign)}, ${tellMeasure(measure)}${evidence}` : reason
}
