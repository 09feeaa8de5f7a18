import type { ProcessUsage } from '../brokers/process-usage.ts'
import { median } from '../statistics.ts'

/** Of one contender in one round. */
export const CERTIFICATES = 1000
// V8 has compiled by then what it will: a hub runs for months.
export const WARM_UP = 2000
export const ROUNDS = 3

/** Asks for so many, from that number on. */
export type Run = (from: number, count: number) => Promise<void>

export interface Contender extends ProcessUsage {
  readonly run: Run
}

interface Speed {
  readonly perSecond: number
  readonly perCpuSecond: number
}

/** In turn, so that all meet what else the machine does. */
export async function compare<Name extends string>(contenders: Readonly<Record<Name | 'signet', Contender>>) {
  const all = Object.entries<Contender>(contenders)
  for (const [, { run }] of all) await run(0, WARM_UP)
  const speeds = new Map(all.map(([name]): [string, Speed[]] => [name, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, contender] of all) {
      speeds.get(name)?.push(await measure(contender, WARM_UP + round * CERTIFICATES))
    }
  }
  const medians = [...speeds].map(([name, rounds]): [string, Speed] => [name, medianSpeed(rounds)])
  const ours = medians.find(([name]) => name === 'signet')?.[1].perCpuSecond ?? 0
  const others = medians.filter(([name]) => name !== 'signet')
  const ratios = others.map(([name, { perCpuSecond }]) => [name, Math.round((100 * ours) / perCpuSecond) / 100])
  return { ...Object.fromEntries(medians), ratioPerCpuSecond: Object.fromEntries(ratios) }
}

function medianSpeed(rounds: readonly Speed[]): Speed {
  const medianOf = (what: keyof Speed): number => median(rounds.map((round) => round[what]))
  return { perSecond: medianOf('perSecond'), perCpuSecond: medianOf('perCpuSecond') }
}

async function measure({ cpuSeconds, run }: Contender, from: number): Promise<Speed> {
  const [begin, cpu] = [performance.now(), cpuSeconds()]
  await run(from, CERTIFICATES)
  const seconds = (performance.now() - begin) / 1000
  return { perSecond: CERTIFICATES / seconds, perCpuSecond: CERTIFICATES / (cpuSeconds() - cpu) }
}
