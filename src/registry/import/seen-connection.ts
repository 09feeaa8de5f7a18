import { createReason } from './import-reason.ts'
import type { ImportReason, SeenConnection } from './import-request.ts'

/** What of the way a device connects elsewhere would be refused here, where it may come without TLS or may not. */
export function judgeSeenConnection(seen: SeenConnection = {}, mayComeInTheClear = false): readonly ImportReason[] {
  const { protocolVersion, listener, encrypted } = seen
  const at = listener === undefined ? '' : ` (listener ${listener})`
  return [
    ...(protocolVersion === 5 ? [createReason('protocol_version_unsupported', 'It speaks MQTT 5')] : []),
    ...(encrypted === false && !mayComeInTheClear
      ? [createReason('handshake_failed', `It connects without TLS${at}`)]
      : []),
  ]
}
