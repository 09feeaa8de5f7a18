/** Takes a stream of chunks in portions of other lengths. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>
  #held: Buffer = Buffer.alloc(0)

  constructor(stream: AsyncIterable<Buffer>) {
    this.#chunks = stream[Symbol.asyncIterator]()
  }

  /** So many octets, for a few; fewer where the stream ends. */
  async read(octets: number): Promise<Buffer> {
    const parts: Buffer[] = []
    for await (const chunk of this.pass(octets)) parts.push(chunk)
    return Buffer.concat(parts)
  }

  /** So many octets as they come, for many; fewer where the stream ends. */
  async *pass(octets: number): AsyncGenerator<Buffer> {
    let left = octets
    while (left > 0) {
      if (this.#held.length === 0 && !(await this.#fetch())) return
      const taken = this.#held.subarray(0, left)
      this.#held = this.#held.subarray(taken.length)
      left -= taken.length
      if (taken.length > 0) yield taken
    }
  }

  async #fetch(): Promise<boolean> {
    const { done, value } = await this.#chunks.next()
    if (done) return false
    this.#held = value
    return true
  }
}
