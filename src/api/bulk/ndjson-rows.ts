import { MAX_ROW_OCTETS, type ParsedRow } from './parsed-row.ts'

/** Rows of one JSON object a line; one that is broken is told, and the next is read. */
export async function* readNdjsonRows(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ParsedRow> {
  let line = 0
  for await (const text of splitLines(chunks)) {
    line += 1
    if (text === undefined) yield { line, fault: `A line has at most ${MAX_ROW_OCTETS} octets` }
    else if (text.trim() !== '') yield readLine(text, line)
  }
}

function readLine(text: string, line: number): ParsedRow {
  try {
    return { line, fields: JSON.parse(text) }
  } catch {
    return { line, fault: 'This line is no JSON object' }
  }
}

const LINE_FEED = 0x0a

/** Undefined for a line that is too long, of which nothing is kept. */
async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string | undefined> {
  let pieces: Uint8Array[] = []
  let octets = 0
  const take = (piece: Uint8Array): void => {
    octets += piece.length
    if (octets > MAX_ROW_OCTETS) pieces = []
    else pieces.push(piece)
  }
  const end = (): string | undefined => {
    const text = octets > MAX_ROW_OCTETS ? undefined : Buffer.concat(pieces).toString()
    pieces = []
    octets = 0
    return text
  }
  for await (const chunk of chunks) {
    let begin = 0
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, begin)) {
      take(chunk.subarray(begin, at))
      yield end()
      begin = at + 1
    }
    take(chunk.subarray(begin))
  }
  if (octets > 0) yield end()
}
