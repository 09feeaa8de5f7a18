import type { ComponentChildren } from 'preact'
import type { Loaded } from '../hub/load.ts'
import { Failure } from './failure.tsx'
import { Skeleton } from './skeleton.tsx'

export interface AnswerProps<T> {
  readonly of: Loaded<T>
  readonly lines?: number
  readonly children: (data: T) => ComponentChildren
}

/** What a page asked for, drawn once it is there; what failed says so above what was there before. */
export function Answer<T>({ of: { data, problem, reload }, lines = 4, children }: AnswerProps<T>) {
  return (
    <>
      {problem && <Failure problem={problem} onRetry={reload} />}
      {data === undefined ? !problem && <Skeleton lines={lines} /> : children(data)}
    </>
  )
}
