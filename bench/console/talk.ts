import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Conversation } from './talking.ts'

/** Devices in a process of their own, which send to themselves. */
export interface Talk extends Disposable {
  readonly pid: number
  /** How long each message took since this was asked last, in milliseconds. */
  takeLatencies(): Promise<readonly number[]>
}

export async function startTalk(conversation: Conversation): Promise<Talk> {
  const child = fork(fileURLToPath(new URL('talking.ts', import.meta.url)))
  const begun = once(child, 'message')
  child.send(conversation)
  await begun
  return {
    pid: child.pid ?? 0,
    async takeLatencies() {
      const answer = once(child, 'message')
      child.send('take')
      const [latencies] = await answer
      return latencies
    },
    [Symbol.dispose]: () => void child.kill(),
  }
}
