import { DomainError } from '../../errors.ts'

/** Ten thousand devices with a certificate request each. */
export const MAX_BULK_OCTETS = 33_554_432

/**
 * A body that is worked off while it comes. It is read as fast as it comes, up to the bound: many clients read nothing of
 * an answer before they have sent their whole request, and would wait for us as we for them. Throws `body_too_large`.
 */
export function readAhead(body: ReadableStream<Uint8Array>, maxOctets = MAX_BULK_OCTETS): AsyncIterable<Uint8Array> {
  let octets = 0
  const bound = new TransformStream<Uint8Array, Uint8Array>(
    {
      transform(chunk, controller) {
        octets += chunk.byteLength
        if (octets <= maxOctets) controller.enqueue(chunk)
        else controller.error(new DomainError('body_too_large', `A table has at most ${maxOctets} octets`))
      },
    },
    undefined,
    new ByteLengthQueuingStrategy({ highWaterMark: maxOctets }),
  )
  return body.pipeThrough(bound)
}
