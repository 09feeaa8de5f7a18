import { readFileSync } from 'node:fs'

/** A fenced code block of a Markdown file (CommonMark §4.5). */
export interface GuideBlock {
  /** What it stands below, without the number signs. */
  readonly heading: string
  readonly language: string
  /** What follows the language in the info string, which readers do not see: `terminal=hub`, `fails`. */
  readonly marks: ReadonlyMap<string, string>
  readonly text: string
}

export interface TableRow {
  readonly heading: string
  readonly cells: readonly string[]
}

/** The blocks of a file of this repository, in its order. */
export function readGuide(path: string): readonly GuideBlock[] {
  const blocks: GuideBlock[] = []
  let heading = ''
  let open: { readonly info: readonly string[]; readonly lines: string[] } | undefined
  for (const line of readLines(path)) {
    if (open && line === '```') {
      blocks.push(toBlock(heading, open.info, open.lines))
      open = undefined
    } else if (open) open.lines.push(line)
    else if (line.startsWith('```')) open = { info: line.slice(3).split(' '), lines: [] }
    else heading = readHeading(line) ?? heading
  }
  if (open) throw new Error(`${path}: a block is not closed`)
  return blocks
}

/** The rows of its tables, without the lines that name the columns and rule them off. */
export function readTables(path: string): readonly TableRow[] {
  let heading = ''
  return readLines(path).flatMap((line, index, lines) => {
    heading = readHeading(line) ?? heading
    const isBody = line.startsWith('| ') && !line.startsWith('| ---') && !lines[index + 1]?.startsWith('| ---')
    return isBody
      ? [
          {
            heading,
            cells: line
              .split(/(?<!\\)\|/)
              .slice(1, -1)
              .map(trimCell),
          },
        ]
      : []
  })
}

function readLines(path: string): readonly string[] {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8').split('\n')
}

function readHeading(line: string): string | undefined {
  return /^#+ (.+)$/.exec(line)?.[1]
}

function toBlock(heading: string, [language = '', ...words]: readonly string[], lines: readonly string[]): GuideBlock {
  const marks = new Map(words.map((word) => [word.split('=')[0] ?? '', word.split('=')[1] ?? '']))
  return { heading, language, marks, text: lines.join('\n') }
}

/** In a table a stroke is written with a backslash before it. */
function trimCell(cell: string): string {
  return cell.trim().replaceAll('\\|', '|')
}
