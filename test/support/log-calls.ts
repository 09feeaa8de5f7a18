/** A call of the logger, as the source has it. */
export interface LogCall {
  readonly path: string
  readonly level: string
  /** Its messages; none where what is said is handed in. */
  readonly messages: readonly string[]
}

const LOG_CALL = /\blogger\.(debug|info|warn|error)\(/g
const EVENT_LINE = /\['(info|warn)', '\w+', '([^']+)',/g

/** Those of one file, with the lines that events are told in. */
export function listLogCalls(path: string, text: string): readonly LogCall[] {
  const calls = [...text.matchAll(LOG_CALL)].map(({ 1: level = '', 0: head, index }) => {
    const parameters = splitParameters(text, index + head.length)
    return { path, level, messages: literalsOf(parameters.at(-1) ?? '') }
  })
  const events = [...text.matchAll(EVENT_LINE)].map(([, level = '', message = '']) => ({
    path,
    level,
    messages: [message],
  }))
  return [...calls, ...events]
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** Of the call whose parenthesis was opened before `begin`; strings may hold anything but their own quote. */
function splitParameters(text: string, begin: number): readonly string[] {
  const parameters: string[] = []
  const open: string[] = []
  let from = begin
  for (let at = begin; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === "'" || character === '"' || character === '`') at = text.indexOf(character, at + 1)
    else if (character in CLOSING) open.push(character)
    else if (CLOSING[open.at(-1) ?? ''] === character) open.pop()
    else if (open.length === 0 && (character === ',' || character === ')')) {
      parameters.push(text.slice(from, at))
      from = at + 1
      if (character === ')') break
    }
  }
  return parameters.map((parameter) => parameter.trim()).filter((parameter) => parameter !== '')
}

function literalsOf(parameter: string): readonly string[] {
  return [...parameter.matchAll(/'([^']*)'|"([^"]*)"/g)].map(([, single, double]) => single ?? double ?? '')
}
