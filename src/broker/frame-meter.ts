import { MAX_FIXED_HEADER, readFixedHeader } from './fixed-header.ts'
import type { Traffic } from './traffic.ts'

export type FrameViolation = 'packet_too_large' | 'packet_invalid'

/** Follows the frames of a byte stream without keeping them, and names the first that breaks the limit, at its header. */
export class FrameMeter {
  readonly #maxBytes: number
  /** Of a header that the chunk before cut off: at most five bytes. */
  #header: Buffer = Buffer.alloc(0)
  #bodyLeft = 0
  #frames = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** How many have begun. */
  get frames(): number {
    return this.#frames
  }

  push(chunk: Buffer): FrameViolation | undefined {
    const passed = this.follow(chunk)
    return typeof passed === 'string' ? passed : undefined
  }

  /** How much of the chunk is passed: all of it, or what stands before the first frame that may not begin yet. */
  follow(chunk: Buffer, mayBegin?: (firstByte: number) => boolean): number | FrameViolation {
    let offset = 0
    while (offset < chunk.length) {
      if (this.#bodyLeft > 0) {
        const step = Math.min(this.#bodyLeft, chunk.length - offset)
        this.#bodyLeft -= step
        offset += step
        continue
      }
      const carried = this.#header.length
      if (mayBegin && carried === 0 && !mayBegin(chunk.readUInt8(offset))) return offset
      const bytes =
        carried === 0
          ? chunk.subarray(offset)
          : Buffer.concat([this.#header, chunk.subarray(offset, offset + MAX_FIXED_HEADER)])
      const header = readFixedHeader(bytes)
      if (header === 'malformed') return 'packet_invalid'
      if (header === 'incomplete') {
        this.#header = Buffer.from(bytes)
        return chunk.length
      }
      if (header.headerLength + header.remainingLength > this.#maxBytes) return 'packet_too_large'
      this.#frames++
      this.#header = Buffer.alloc(0)
      this.#bodyLeft = header.remainingLength
      offset += header.headerLength - carried
    }
    return offset
  }
}

/** Meters what is read from a stream, and stops reading at a violation; the reader gets nothing of the chunk that holds it. */
export function guardFrames(
  stream: { read(size?: number): Buffer | null },
  maxBytes: number,
  onViolation: (violation: FrameViolation) => void,
  traffic: Pick<Traffic, 'countRead'>,
): void {
  const meter = new FrameMeter(maxBytes)
  const read = stream.read.bind(stream)
  let violated = false
  stream.read = (size) => {
    const chunk = read(size)
    if (chunk === null || violated) return null
    const framesBefore = meter.frames
    const violation = meter.push(chunk)
    traffic.countRead(chunk.length, meter.frames - framesBefore)
    if (!violation) return chunk
    violated = true
    onViolation(violation)
    return null
  }
}
