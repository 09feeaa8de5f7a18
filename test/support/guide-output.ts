export interface TypedLine {
  readonly line: string
  readonly output: string
}

/** The lines of a `console` block that are typed, after "$ ", and what it shows below each. */
export function readSession(text: string): readonly TypedLine[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [line = '', ...output] = part.trimEnd().split('\n')
      return { line, output: output.join('\n') }
    })
}

/** Whether this was shown: `…` stands for anything in its line, alone for any lines. Spaces that line up columns are one. */
export function isShown(printed: string, shown: string): boolean {
  const lines = shown.split('\n').map((line) => (line === '…' ? ANY_LINES : toPattern(line)))
  return new RegExp(`^${lines.join('\\n').replaceAll(`\\n${ANY_LINES}`, `(?:\\n${ANY_LINES})?`)}\\n?$`).test(printed)
}

const ANY_LINES = '[^]*'

function toPattern(line: string): string {
  return line
    .split('…')
    .map((piece) => piece.split(/ +/).map(RegExp.escape).join(' +'))
    .join('.*')
}
