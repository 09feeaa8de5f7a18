import { createSecureContext } from 'node:tls'
import type { Contender } from './contender.ts'
import type { LoadClient, Target } from './load-client.ts'

/** Figures of one round, under names that say what they are. */
export type Figures = Readonly<Record<string, number>>

/** A scenario as one broker stands in it: everything is connected, rounds may follow each other. */
export interface Stage extends AsyncDisposable {
  round(): Promise<Figures>
}

export interface Scenario {
  readonly name: string
  /** Of the hub alone. */
  readonly alone?: boolean
  /** Only for who acknowledges and keeps messages: bare Node does neither. */
  readonly needsBroker?: boolean
  /** Fewer than are asked for, where one is long. */
  readonly rounds?: number
  /** `identities` are several more, for those who need more than the target's. */
  open(contender: Contender, target: Target, identities: readonly Identity[]): Promise<Stage>
}

/** A service that may say and hear everything below "bench/"; its name is its client id. */
export interface Identity {
  readonly name: string
  readonly ca: string
  readonly cert: string
  readonly key: string
}

// Made once: what a client costs is not what is measured.
export function targetOf({ port }: Contender, { ca, cert, key }: Identity): Target {
  // X25519 is the one group that both brokers know: a hybrid one of OpenSSL 3.5 costs more.
  return { port, secureContext: createSecureContext({ ca, cert, key, minVersion: 'TLSv1.3', ecdhCurve: 'X25519' }) }
}

/** Per second, and per second of the broker's CPU: the second does not depend on what else the machine does. */
export async function rate(unit: string, contender: Contender, work: () => Promise<number>): Promise<Figures> {
  const cpu = contender.cpuSeconds()
  const begin = performance.now()
  const count = await work()
  const seconds = (performance.now() - begin) / 1000
  return {
    [`${unit}PerSecond`]: count / seconds,
    [`${unit}PerCpuSecond`]: count / (contender.cpuSeconds() - cpu),
  }
}

export async function closeAll(clients: readonly LoadClient[]): Promise<void> {
  await Promise.all(clients.map((client) => client.close()))
}

/** In their order, so many at a time. */
export async function inBatches<Result>(
  count: number,
  concurrency: number,
  work: (index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next++
      results[index] = await work(index)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, lane))
  return results
}
