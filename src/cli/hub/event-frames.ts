/** A frame of text/event-stream, as far as a terminal needs it (WHATWG HTML §9.2.6); one that is no event has no data. */
export interface EventFrame {
  readonly id?: string
  readonly event?: string
  readonly data?: string
}

/** The frames of a stream, as they come. */
export async function* readFrames(chunks: AsyncIterable<string>): AsyncGenerator<EventFrame> {
  let rest = ''
  for await (const chunk of chunks) {
    const parts = `${rest}${chunk}`.split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) yield parseFrame(part)
  }
}

function parseFrame(text: string): EventFrame {
  const fields = text.split('\n').map((line) => /^(id|event|data): (.*)$/.exec(line) ?? [])
  return Object.fromEntries(fields.flatMap(([, name, value]) => (name === undefined ? [] : [[name, value]])))
}
