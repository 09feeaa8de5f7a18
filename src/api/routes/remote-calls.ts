import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { RemoteCalls } from '../../broker/remote-calls.ts'
import { DomainError } from '../../errors.ts'
import type { Devices } from '../../registry/devices.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_BODY, BAD_CALLER, json, jsonBody, NOT_FOUND, problem } from '../operation.ts'
import { deviceIdSchema, userIdSchema } from '../resources/identifier.ts'
import { remoteCallSchema, remoteResultSchema } from '../resources/remote-call.ts'

const call = createRoute({
  method: 'post',
  path: '/{userId}/devices/{deviceId}/rpc',
  tags: ['devices'],
  summary: 'Ask a device to do something, and wait for its answer',
  description:
    'Publishes `{id, method, params}` on `users/{user}/devices/{device}/rpc/request`; the device answers `{id, result}` or `{id, error: {code, message}}` on `rpc/response`. A caller that leaves cancels the call: a later answer is dropped.',
  request: { params: z.object({ userId: userIdSchema, deviceId: deviceIdSchema }), body: jsonBody(remoteCallSchema) },
  responses: {
    200: json(remoteResultSchema, 'What the device answered'),
    ...BAD_BODY,
    ...BAD_CALLER,
    ...NOT_FOUND,
    409: problem('The device is not connected, or does not listen'),
    413: problem('The packet would exceed limits.packet_bytes'),
    429: problem('Too many calls wait'),
    502: problem('The device answered an error: `deviceCode` and `deviceMessage` are its own'),
    504: problem('The device did not answer in time'),
  },
})

export function remoteCallRoutes(remoteCalls: Pick<RemoteCalls, 'call'>, devices: Pick<Devices, 'get'>, guard: Guard) {
  return new OpenAPIHono<ApiEnv>().openapi({ ...call, middleware: guard('operate') }, async (c) => {
    const { userId, deviceId } = c.req.valid('param')
    if (devices.get(deviceId).userId !== userId)
      throw new DomainError('device_not_found', `User ${userId} has no device ${deviceId}`)
    const { method, params, timeoutMs } = c.req.valid('json')
    const { signal } = c.req.raw
    return c.json(await remoteCalls.call({ userId, deviceId, method, params, timeoutMs, signal }), 200)
  })
}
