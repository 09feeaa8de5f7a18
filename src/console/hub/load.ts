import { useEffect, useRef, useState } from 'preact/hooks'
import { missed, returned } from './event-feed.ts'
import { useOnChange } from './on-change.ts'
import { type Problem, toProblem } from './problem.ts'
import { useRepeat } from './repeat.ts'

/** What a page asked for: nothing yet, the answer, or why there is none; what was shown before stays while it is asked again. */
export interface Loaded<T> {
  readonly data: T | undefined
  readonly problem: Problem | undefined
  readonly isLoading: boolean
  /** Asks again. */
  reload(): Promise<void>
  /** Shows this in its place: what an action has answered. */
  set(data: T): void
}

/**
 * Asks when the component appears and when one of `inputs` changes; `everyMs` again and again while the page is in sight,
 * and at once when it comes back into sight after that.
 */
export function useLoad<T>(ask: () => Promise<T>, inputs: readonly unknown[], everyMs?: number): Loaded<T> {
  const [state, setState] = useState<Pick<Loaded<T>, 'data' | 'problem' | 'isLoading'>>(NOTHING)
  const turn = useRef(0)
  const reload = async (): Promise<void> => {
    turn.current += 1
    const mine = turn.current
    setState((before) => ({ ...before, isLoading: true }))
    const next = await ask().then(
      (data) => ({ data, problem: undefined, isLoading: false }),
      (error: unknown) => ({ problem: toProblem(error), isLoading: false }),
    )
    // An answer that a later question has overtaken is no news.
    if (mine === turn.current) setState((before) => ({ ...before, ...next }))
  }
  // The caller names what the question depends on.
  useEffect(() => {
    void reload()
    return () => {
      turn.current += 1
    }
  }, [...inputs, missed.value])
  useOnChange(returned.value, () => void (state.problem && reload()))
  useRepeat(reload, everyMs)
  const set = (data: T): void => setState({ data, problem: undefined, isLoading: false })
  return { ...state, reload, set }
}

const NOTHING = { data: undefined, problem: undefined, isLoading: true }
