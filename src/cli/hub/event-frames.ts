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
    rest += chunk
    for (let end = rest.indexOf('\n\n'); end !== -1; end = rest.indexOf('\n\n')) {
      const frame = rest.slice(0, end)
      rest = rest.slice(end + 2)
      yield parseFrame(frame)
    }
  }
}

function parseFrame(text: string): EventFrame {
  const fields = text.split('\n').map((line) => /^(id|event|data): (.*)$/s.exec(line) ?? [])
  return Object.fromEntries(fields.flatMap(([, name, value]) => (name === undefined ? [] : [[name, value]])))
}
