import { CommandFailed } from '../../command-failed.ts'

/** A term of Erlang, as far as `acl.conf` has them; a string or binary is a text. */
export type Term = string | number | Atom | Tuple | readonly Term[]

export interface Atom {
  readonly atom: string
}

export interface Tuple {
  readonly tuple: readonly Term[]
}

const TOKEN = /%[^\n]*|\s+|<<|>>|[{}[\],.|]|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|-?\d+|[a-z][A-Za-z0-9_@]*|./gs
const CLOSING = { '{': '}', '[': ']', '<<': '>>' } as const

/** What `file:consult` reads: terms, each ended by a full stop. */
export function parseErlangTerms(text: string, file: string): readonly Term[] {
  const tokens = [...text.matchAll(TOKEN)]
    .map(([token], index, all) => ({ token, line: lineOf(text, all[index]?.index ?? 0) }))
    .filter(({ token }) => !/^(?:%|\s)/.test(token))
  let position = 0
  const terms: Term[] = []
  while (position < tokens.length) {
    terms.push(readTerm())
    expect('.')
  }
  return terms

  function readTerm(): Term {
    const found = tokens[position++]
    if (!found) throw new CommandFailed(`${file} line ${lineOf(text, text.length)}: the end is not expected here`)
    const { token, line } = found
    if (token === '{') return { tuple: readSequence('{') }
    if (token === '[') return readSequence('[')
    if (token === '<<') return String(readSequence('<<')[0] ?? '')
    if (token.startsWith('"') && token.length > 1) return unquote(token)
    if (token.startsWith("'") && token.length > 1) return { atom: unquote(token) }
    if (/^-?\d+$/.test(token)) return Number(token)
    if (/^[a-z]/.test(token)) return { atom: token }
    throw new CommandFailed(`${file} line ${line}: ${token} is not expected here`)
  }

  function readSequence(opening: keyof typeof CLOSING): readonly Term[] {
    const closing = CLOSING[opening]
    const items: Term[] = []
    while (tokens[position]?.token !== closing) {
      if (items.length > 0) expect(',')
      items.push(readTerm())
    }
    expect(closing)
    return items
  }

  function expect(wanted: string): void {
    const found = tokens[position++]
    if (found?.token === wanted) return
    const line = found?.line ?? lineOf(text, text.length)
    throw new CommandFailed(`${file} line ${line}: expected ${wanted} instead of ${found?.token ?? 'the end'}`)
  }
}

export function isAtom(term: Term | undefined, ...names: readonly string[]): term is Atom {
  return typeof term === 'object' && 'atom' in term && (names.length === 0 || names.includes(term.atom))
}

/** The elements of a tuple; none of what is no tuple. */
export function readTuple(term: Term | undefined): readonly Term[] {
  return typeof term === 'object' && 'tuple' in term ? term.tuple : []
}

/** A term as it is written, for a sentence about it. */
export function formatTerm(term: Term): string {
  if (typeof term === 'string') return JSON.stringify(term)
  if (typeof term === 'number') return String(term)
  if ('atom' in term) return term.atom
  return 'tuple' in term ? `{${term.tuple.map(formatTerm).join(', ')}}` : `[${term.map(formatTerm).join(', ')}]`
}

function unquote(token: string): string {
  return token.slice(1, -1).replaceAll(/\\(.)/gs, '$1')
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}
