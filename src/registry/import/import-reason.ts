import type { DomainError, ErrorCode } from '../../errors.ts'
import { REFUSAL_MENDS, type RefusalCause } from '../../refusal.ts'
import type { ImportReason } from './import-request.ts'

type Code = ImportReason['code']

/** A reason with the sentence that mends it: of a refused connection the very one that the refusal would carry. */
export function createReason(code: Code, detail: string, mend: string = mendOf(code)): ImportReason {
  return { code, detail, mend }
}

export function reasonOf({ code, message }: DomainError): ImportReason {
  return createReason(code, message)
}

/** The nearest text that is an id; none when nothing of it can be kept. */
export function suggestId(text: string): string | undefined {
  const kept = text
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9._:@-]+/g, '-')
    .replaceAll(/\.{2,}/g, '.')
    .replaceAll(/^[^A-Za-z0-9]+/g, '')
    .slice(0, 64)
    .replaceAll(/[^A-Za-z0-9]+$/g, '')
  return kept === '' ? undefined : kept
}

const MENDS: Partial<Record<ErrorCode, string>> = {
  case_conflict: 'Give one of the two another id: in topics and file names they would be taken for one another.',
  certificate_exists: 'A certificate lets in one device: remove it from the other one, or from this list.',
  client_id_taken: 'A client id belongs to one device: remove it from the other one, or give this device another.',
  device_exists: 'Give the device or the service another name.',
  device_owned_by_another_user:
    'Leave the user out of the table, or change the owner with PATCH /api/devices/ID {"userId"}.',
  invalid_fingerprint: 'Take the SHA-256 of the certificate: openssl x509 -noout -fingerprint -sha256 -in FILE.',
  invalid_policy: 'Correct the topic filter and import again.',
  policy_not_found: 'Import the policy with the devices, or set it first: signet policy set NAME --file FILE.',
}

function mendOf(code: Code): string {
  return isRefusal(code) ? REFUSAL_MENDS[code] : (MENDS[code] ?? 'Correct the entry and import again.')
}

function isRefusal(code: Code): code is RefusalCause {
  return code in REFUSAL_MENDS
}
