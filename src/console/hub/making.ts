import { useState } from 'preact/hooks'
import { type Problem, toProblem } from './problem.ts'

export interface Making<Wish, Made> {
  /** What stands in the form. */
  readonly wish: Wish
  change(changes: Partial<Wish>): void
  /** What was made last. */
  readonly made: Made | undefined
  readonly problem: Problem | undefined
  readonly isBusy: boolean
  submit(event: Event): Promise<void>
}

/** A form that makes something by the API: what was typed stays where that fails, and is gone where it succeeds. */
export function useMaking<Wish, Made>(empty: Wish, make: (wish: Wish) => Promise<Made>): Making<Wish, Made> {
  const [wish, setWish] = useState(empty)
  const [state, setState] = useState<Pick<Making<Wish, Made>, 'made' | 'problem' | 'isBusy'>>(NOTHING)
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    setState({ ...NOTHING, isBusy: true })
    try {
      const made = await make(wish)
      setState({ ...NOTHING, made })
      setWish(empty)
    } catch (error) {
      setState({ ...NOTHING, problem: toProblem(error) })
    }
  }
  return { ...state, wish, change: (changes) => setWish((before) => ({ ...before, ...changes })), submit }
}

const NOTHING = { made: undefined, problem: undefined, isBusy: false }
