import { useEffect, useRef, useState } from 'preact/hooks'
import { missed, returned } from './event-feed.ts'
import { useOnChange } from './on-change.ts'
import { type Problem, toProblem } from './problem.ts'

/** A page of a list, as the API answers it. */
export interface Page<Row> {
  readonly items: readonly Row[]
  readonly nextCursor?: string | null
}

/** What a list asks for next, as the API takes it. */
export type PageQuery = Readonly<{ cursor: string | undefined; limit: number }>

// A screen shows fewer; whoever scrolls on wants more.
const FIRST_ROWS = 50
const MORE_ROWS = 100
/** As the API hands out at once. */
const MOST_ROWS = 500

/** A list that grows as it is scrolled. */
export interface GrowingList<Row> {
  /** Undefined before the first answer. */
  readonly rows: readonly Row[] | undefined
  readonly problem: Problem | undefined
  readonly isLoading: boolean
  readonly isWhole: boolean
  more(): void
  /** Asks again for as much as is shown. */
  reload(): void
  /** Changes rows in place, as an event or an action tells. */
  change(change: (rows: readonly Row[]) => readonly Row[]): void
}

/** Asks for the first page when the component appears and when one of `inputs` changes, for others by `more`. */
export function useList<Row>(
  ask: (page: PageQuery) => Promise<Page<Row>>,
  inputs: readonly unknown[],
): GrowingList<Row> {
  const [state, setState] = useState<ListState<Row>>(EMPTY)
  const turn = useRef(0)
  const load = async (page: PageQuery): Promise<void> => {
    turn.current += 1
    const mine = turn.current
    setState((before) => ({ ...before, isLoading: true }))
    try {
      const { items, nextCursor } = await ask(page)
      if (mine !== turn.current) return
      setState(({ rows }) => ({
        rows: page.cursor === undefined ? items : [...(rows ?? []), ...items],
        cursor: nextCursor ?? undefined,
        problem: undefined,
        isLoading: false,
      }))
    } catch (error) {
      if (mine === turn.current) setState((before) => ({ ...before, problem: toProblem(error), isLoading: false }))
    }
  }
  // The caller names what the question depends on.
  useEffect(() => {
    void load({ cursor: undefined, limit: FIRST_ROWS })
    return () => {
      turn.current += 1
    }
  }, inputs)
  const reload = (): void => {
    const limit = Math.min(Math.max(state.rows?.length ?? 0, FIRST_ROWS), MOST_ROWS)
    void load({ cursor: undefined, limit })
  }
  useOnChange(missed.value, reload)
  useOnChange(returned.value, () => state.problem && reload())
  return {
    rows: state.rows,
    problem: state.problem,
    isLoading: state.isLoading,
    isWhole: state.rows !== undefined && state.cursor === undefined,
    more: () => {
      if (state.cursor !== undefined && !state.isLoading) void load({ cursor: state.cursor, limit: MORE_ROWS })
    },
    reload,
    change: (change) =>
      setState((before) => {
        const rows = change(before.rows ?? [])
        return before.rows === undefined && rows.length === 0 ? before : { ...before, rows }
      }),
  }
}

interface ListState<Row> {
  readonly rows: readonly Row[] | undefined
  readonly cursor: string | undefined
  readonly problem: Problem | undefined
  readonly isLoading: boolean
}

const EMPTY = { rows: undefined, cursor: undefined, problem: undefined, isLoading: true }
