import { ReadableStream } from 'node:stream/web'

const PATIENCE_MS = 30_000

/**
 * The stream as the body of an answer. A reader that takes nothing for half a minute is given up: `abort` ends its connection,
 * where there is one, and the stream is returned from, so that it lets go of what it holds.
 */
export function attendDownload(
  stream: AsyncGenerator<Uint8Array>,
  abort: (() => void) | undefined,
): globalThis.ReadableStream<Uint8Array> {
  let stall: NodeJS.Timeout | undefined
  const download = new ReadableStream<Uint8Array>(
    {
      start: attend,
      async pull(controller) {
        clearTimeout(stall)
        const { value, done } = await stream.next()
        if (done) return controller.close()
        controller.enqueue(value)
        attend(controller)
      },
      async cancel() {
        clearTimeout(stall)
        await stream.return(undefined)
      },
    },
    // Nothing is read ahead of the reader.
    { highWaterMark: 0 },
  )
  // Node's own stream: the global type of TypeScript's DOM is another one.
  return download as globalThis.ReadableStream<Uint8Array>

  function attend(controller: ReadableStreamDefaultController<Uint8Array>): void {
    stall = setTimeout(() => {
      if (abort) abort()
      else controller.error(new Error(`The reader took nothing for ${PATIENCE_MS} ms`))
      // Told to whoever still reads: what could not be let go is no reason to end the process.
      stream.return(undefined).catch((error: unknown) => controller.error(error))
    }, PATIENCE_MS).unref()
  }
}
