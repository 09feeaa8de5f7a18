/** What changes how a device or a service stands. */
export const IDENTITY_EVENTS = [
  'device.connected',
  'device.disconnected',
  'identity.suspended',
  'identity.resumed',
  'certificate.issued',
  'certificate.revoked',
]
