import { CommandFailed } from '../command-failed.ts'

/** RFC 9457, as far as a terminal shows it. */
interface Problem {
  readonly title?: string
  readonly detail?: string
  readonly code?: string
  readonly errors?: readonly { readonly path?: string; readonly message?: string }[]
}

/** A problem document as one sentence with its code; anything else by its status. */
export function describeRefusal(status: number, contentType: string | undefined, answer: string): CommandFailed {
  const problem = contentType?.startsWith('application/problem+json') ? parseProblem(answer) : undefined
  if (problem === undefined) return new CommandFailed(`The hub answered with HTTP status ${status}`, { status })
  const { title, detail, code, errors = [] } = problem
  const fields = errors.map(({ path, message }) => `${path}: ${message}`).join('; ')
  const told = (detail ?? title ?? `HTTP status ${status}`).replace(/\.$/, '')
  const sentence = [told, fields].filter((part) => part !== '').join('; ')
  if (code === undefined) return new CommandFailed(sentence, { status })
  return new CommandFailed(`${sentence} (${code})`, { code, status })
}

function parseProblem(answer: string): Problem | undefined {
  try {
    const problem: unknown = JSON.parse(answer)
    return typeof problem === 'object' && problem !== null ? problem : undefined
  } catch {
    return undefined
  }
}
