import { type MessagePort, parentPort } from 'node:worker_threads'
import { compareSync } from 'bcryptjs'

export interface BcryptQuestion {
  readonly id: number
  readonly password: string
  readonly digest: string
}

export interface BcryptAnswer {
  readonly id: number
  readonly isRight: boolean
}

/** Answers every question that comes; it may block, as nothing else runs in its thread. */
export function answerAll(port: Pick<MessagePort, 'on' | 'postMessage'> | null): void {
  port?.on('message', ({ id, password, digest }: BcryptQuestion) => {
    port.postMessage({ id, isRight: compareSync(password, digest) } satisfies BcryptAnswer)
  })
}

// None in the thread of the hub.
answerAll(parentPort)
