import { createKeyRequest, type KeyRequest } from './ca/key-request.ts'

/** What a device does that makes its key itself, for the verb that plays one. */
export function requestOwnKey(deviceId: string): Promise<KeyRequest> {
  return createKeyRequest(deviceId)
}
