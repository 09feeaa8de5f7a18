/** Called with each whole frame's place in the bytes: where it begins, where its body begins, and where it ends. */
export type OnFrame = (bytes: Buffer, start: number, body: number, end: number) => void

/** The frames of a byte stream, as cheaply as they can be counted; the bytes are trusted to be MQTT. */
export class FrameScanner {
  readonly #onFrame: OnFrame
  #rest: Buffer | undefined

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk
    const cut = this.#scan(bytes)
    this.#rest = cut < bytes.length ? bytes.subarray(cut) : undefined
  }

  /** How many bytes the whole frames are. */
  #scan(bytes: Buffer): number {
    let offset = 0
    for (;;) {
      let remaining = 0
      let body = offset + 1
      let octet = 0x80
      for (let scale = 1; octet >= 0x80; scale *= 128) {
        if (body >= bytes.length) return offset
        octet = bytes[body++] ?? 0
        remaining += (octet & 0x7f) * scale
      }
      const end = body + remaining
      if (end > bytes.length) return offset
      this.#onFrame(bytes, offset, body, end)
      offset = end
    }
  }
}
