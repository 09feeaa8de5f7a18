import { tellProblem } from '../codes/problem-words.ts'
import type { Problem } from '../hub/problem.ts'
import { read } from '../language.ts'
import { Copyable } from './copy.tsx'
import { PART_TEXT } from './part-text.ts'

export interface FailureProps {
  readonly problem: Problem
  readonly onRetry?: (() => void) | undefined
}

/** Why something did not go: what the hub says, with what mends it, and the id to find the line of its log by. */
export function Failure({ problem, onRetry }: FailureProps) {
  const words = read(PART_TEXT)
  const isUnreachable = problem.code === 'unreachable'
  return (
    <div class="note bad" role="alert">
      <h3>{isUnreachable ? words.unreachable : tellProblem(problem)}</h3>
      <p>{isUnreachable ? words.unreachableDetail : problem.detail}</p>
      {problem.errors && (
        <ul>
          {problem.errors.map(({ path, message }) => (
            <li key={path}>
              <code>{path}</code>: {message}
            </li>
          ))}
        </ul>
      )}
      {problem.requestId && (
        <p>
          <small>{words.requestId}: </small>
          <Copyable text={problem.requestId} length={40} />
        </p>
      )}
      {onRetry && (
        <button type="button" onClick={onRetry}>
          {words.tryAgain}
        </button>
      )}
    </div>
  )
}
