/** MQTT 3.1.1 §3.2.2.3 */
export const RETURN_CODE = {
  unacceptableProtocolVersion: 1,
  identifierRejected: 2,
  serverUnavailable: 3,
  badUserNameOrPassword: 4,
  notAuthorized: 5,
} as const

export type ReturnCode = (typeof RETURN_CODE)[keyof typeof RETURN_CODE]

/** A refusing CONNACK: session present is 0 ([MQTT-3.2.2-4]). */
export function encodeConnack(returnCode: ReturnCode): Buffer {
  return Buffer.from([0x20, 2, 0, returnCode])
}

/** MQTT 3.1.1 §3.2: return code 0, and whether the session was there before. */
export function encodeAcceptance(isPresent: boolean): Buffer {
  return Buffer.from([0x20, 2, isPresent ? 1 : 0, 0])
}

/**
 * For a client whose version is not spoken here, in the form it can read. MQTT 5.0 §3.2: reason code 0x84 (unsupported
 * protocol version) and no properties.
 */
export function encodeVersionConnack(version: 'version_5' | 'version_unknown'): Buffer {
  if (version === 'version_unknown') return encodeConnack(RETURN_CODE.unacceptableProtocolVersion)
  return Buffer.from([0x20, 3, 0, 0x84, 0])
}
