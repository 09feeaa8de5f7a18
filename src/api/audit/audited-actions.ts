import type { HubAct } from '../../registry/audit/audit-entry.ts'

/** A call that changes something, by what it is called in the audit. */
export interface AuditedAction {
  readonly action: string
  /** The ids in its path, and what the body names; of its octets, once it was read. */
  objectIn(body: Uint8Array | undefined): string
}

/** The one change that is made before anybody has called. */
export const SIGN_IN = 'console.sign_in'

/** Method and path as the API describes it; in parentheses the field of the body, or one in it, that says on what beside them. */
const ACTIONS = {
  'POST /api/devices (deviceId)': 'device.create',
  'PATCH /api/devices/{id}': 'device.change',
  'DELETE /api/devices/{id}': 'device.delete',
  // No device is called so: it is EMQX that asks.
  'POST /api/devices/certificates/validate': undefined,
  'POST /api/devices/certificates/{id}': 'device.issue',
  'DELETE /api/devices/certificates/{id}': 'device.revoke',
  'POST /api/devices/{id}/certificates/csr': 'device.certify',
  'POST /api/devices/{id}/certificates/p12': 'device.issue',
  'POST /api/devices/{id}/bundle': 'device.issue',
  'POST /api/devices/bulk': 'device.issue.many',
  'POST /api/devices/{id}/claims': 'device.claim.create',
  'DELETE /api/devices/{id}/claims': 'device.claim.delete',
  'POST /api/devices/{id}/tokens': 'device.token.create',
  'POST /api/devices/{id}/tokens/{token}/rotate': 'device.token.rotate',
  'DELETE /api/devices/{id}/tokens/{token}': 'device.token.revoke',
  'PUT /api/devices/{id}/legacy-credential': 'device.password.set',
  'DELETE /api/devices/{id}/legacy-credential': 'device.password.remove',
  'POST /api/users/{user}/devices/{id}/rpc (method)': 'device.call',
  'POST /api/services (name)': 'service.create',
  'PATCH /api/services/{id}': 'service.change',
  'DELETE /api/services/{id}': 'service.delete',
  'POST /api/services/{id}/certificates': 'service.issue',
  'DELETE /api/services/{id}/certificates': 'service.revoke',
  'POST /api/services/{id}/certificates/p12': 'service.issue',
  'POST /api/services/{id}/tokens': 'service.token.create',
  'POST /api/services/{id}/tokens/{token}/rotate': 'service.token.rotate',
  'DELETE /api/services/{id}/tokens/{token}': 'service.token.revoke',
  'POST /api/certificates/{fingerprint}/approve': 'certificate.approve',
  'POST /api/certificates/{fingerprint}/reject': 'certificate.reject',
  'POST /api/certificates/{fingerprint}/hold': 'certificate.hold',
  'POST /api/certificates/{fingerprint}/unhold': 'certificate.unhold',
  'POST /api/rotations (filter.deviceId)': 'rotation.start',
  'POST /api/rotations/{id}/pause': 'rotation.pause',
  'POST /api/rotations/{id}/resume': 'rotation.resume',
  'POST /api/rotations/{id}/cancel': 'rotation.cancel',
  'POST /api/enrolment-tokens (deviceId)': 'enrolment.token.create',
  'DELETE /api/enrolment-tokens/{id}': 'enrolment.token.revoke',
  'POST /api/enrolments/{id}/approve': 'enrolment.approve',
  'POST /api/enrolments/{id}/reject': 'enrolment.reject',
  'PUT /api/policies/{name}': 'policy.set',
  'DELETE /api/policies/{name}': 'policy.delete',
  'POST /api/admin-certificates (name)': 'administrator.issue',
  'POST /api/admin-certificates/p12 (name)': 'administrator.issue',
  'DELETE /api/admin-certificates/{name}': 'administrator.revoke',
  'POST /api/tokens (name)': 'token.create',
  'DELETE /api/tokens/{id}': 'token.revoke',
  'POST /api/server-certificates (names)': 'server.issue',
  'POST /api/server-certificates/renew': 'server.renew',
  'DELETE /api/server-certificates/{fingerprint}': 'server.revoke',
  'POST /api/ca/lock': 'authority.lock',
  'POST /api/ca/unlock': 'authority.unlock',
  'POST /api/ca/rotation': 'authority.rotate',
  'POST /api/ca/rotation/retire': 'authority.retire',
  'POST /api/ca/trust-anchors': 'authority.trust',
  'PATCH /api/ca/trust-anchors/{fingerprint}': 'authority.change',
  'DELETE /api/ca/trust-anchors/{fingerprint}': 'authority.distrust',
  'POST /api/import': 'import',
  'POST /api/import/undo': 'import.undo',
  'POST /api/backup': 'backup',
  'POST /api/webhooks (name)': 'webhook.create',
  'PATCH /api/webhooks/{id}': 'webhook.change',
  'DELETE /api/webhooks/{id}': 'webhook.delete',
  'POST /api/webhooks/{id}/test': 'webhook.test',
  'POST /api/webhooks/{id}/deliveries/{delivery}/retry': 'webhook.delivery.retry',
  'DELETE /api/webhooks/{id}/deliveries/{delivery}': 'webhook.delivery.delete',
  'POST /api/config/reload': 'configuration.reload',
  'DELETE /api/sessions/{clientId}': 'session.end',
  'DELETE /api/bans/{id}': 'ban.lift',
  'POST /api/sign-in-links (name)': 'console.link.create',
  'POST /api/session': SIGN_IN,
  'DELETE /api/session': 'console.sign_out',
  'DELETE /api/console-sessions/{id}': 'console.session.end',
} as const satisfies Readonly<Record<string, string | undefined>>

/** Every change that the audit has a name for; the last are the hub's own. */
export type AuditAction = Exclude<(typeof ACTIONS)[keyof typeof ACTIONS], undefined> | HubAct['action']

const PATTERNS = Object.entries(ACTIONS).map(([described, action]) => {
  const [method = '', path = '', field] = described.split(' ')
  const pattern = path.replaceAll(/\{\w+\}/g, '([^/]+)')
  return { method, pattern: new RegExp(`^${pattern}/?$`), field: field?.slice(1, -1), action }
})
// Most calls only read, and are asked about all the same.
const BY_METHOD = Map.groupBy(PATTERNS, ({ method }) => method)

/** None of a call that changes nothing. */
export function findAuditedAction(method: string, path: string): AuditedAction | undefined {
  for (const { pattern, field, action } of BY_METHOD.get(method) ?? []) {
    const ids = pattern.exec(path)?.slice(1)
    if (!ids) continue
    if (action === undefined) return undefined
    const named = ids.map(decode)
    return {
      action,
      objectIn: (body) => [...named, ...(field === undefined ? [] : [readField(body, field)])].join(' ').trimEnd(),
    }
  }
  return undefined
}

function readField(body: Uint8Array | undefined, field: string): string {
  const value = field.split('.').reduce<unknown>((from, name) => asObject(from)[name], parseJson(body))
  return cut(Array.isArray(value) ? value.join(' ') : String(value ?? ''))
}

function parseJson(body: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(body ?? []).toString())
  } catch {
    // Refused later; of what it is about nothing is known.
    return undefined
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function decode(part: string): string {
  try {
    return cut(decodeURIComponent(part))
  } catch {
    // Refused later; it is told as it came.
    return cut(part)
  }
}

// What is refused may be of any length.
const LONGEST = 256

function cut(text: string): string {
  return text.slice(0, LONGEST)
}
