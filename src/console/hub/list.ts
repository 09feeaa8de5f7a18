import { useEffect, useRef, useState } from 'preact/hooks'
import { missed, returned } from './event-feed.ts'
import { type Problem, toProblem } from './problem.ts'

/** A page of a list, as the API answers it. */
export interface Page<Row> {
  readonly items: readonly Row[]
  readonly nextCursor?: string | null
}

/** A list that grows as it is scrolled. */
export interface GrowingList<Row> {
  /** Undefined before the first answer. */
  readonly rows: readonly Row[] | undefined
  readonly problem: Problem | undefined
  readonly isLoading: boolean
  readonly isWhole: boolean
  more(): void
  reload(): void
  /** Changes rows in place, as an event or an action tells. */
  change(change: (rows: readonly Row[]) => readonly Row[]): void
}

/** Asks for the first page when the component appears and when one of `inputs` changes, for others by `more`. */
export function useList<Row>(
  ask: (cursor: string | undefined) => Promise<Page<Row>>,
  inputs: readonly unknown[],
): GrowingList<Row> {
  const [state, setState] = useState<ListState<Row>>(EMPTY)
  const turn = useRef(0)
  const load = async (cursor: string | undefined): Promise<void> => {
    turn.current += 1
    const mine = turn.current
    setState((before) => ({ ...before, isLoading: true }))
    try {
      const { items, nextCursor } = await ask(cursor)
      if (mine !== turn.current) return
      setState(({ rows }) => ({
        rows: cursor === undefined ? items : [...(rows ?? []), ...items],
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
    void load(undefined)
    return () => {
      turn.current += 1
    }
  }, [...inputs, missed.value])
  useEffect(() => {
    if (state.problem) void load(undefined)
  }, [returned.value])
  return {
    rows: state.rows,
    problem: state.problem,
    isLoading: state.isLoading,
    isWhole: state.rows !== undefined && state.cursor === undefined,
    more: () => {
      if (state.cursor !== undefined && !state.isLoading) void load(state.cursor)
    },
    reload: () => void load(undefined),
    change: (change) => setState((before) => ({ ...before, rows: change(before.rows ?? []) })),
  }
}

interface ListState<Row> {
  readonly rows: readonly Row[] | undefined
  readonly cursor: string | undefined
  readonly problem: Problem | undefined
  readonly isLoading: boolean
}

const EMPTY = { rows: undefined, cursor: undefined, problem: undefined, isLoading: true }
