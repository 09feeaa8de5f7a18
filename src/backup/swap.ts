import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

/** The two folders of a hub, as absolute paths. */
export interface Folders {
  readonly data: string
  readonly certs: string
}

type Place = keyof Folders

/** Files of one folder: `put` are staged and take their place, `retire` go without a successor. */
export interface Exchange {
  readonly put: readonly string[]
  readonly retire: readonly string[]
}

export interface SwapPlan extends Readonly<Record<Place, Exchange>> {
  /** In the names of the folders in which the old files are kept. */
  readonly id: string
  readonly folders: Folders
}

/** Where the new files are prepared, out of the way of the present ones; each of its owner's alone. */
export type Stage = Readonly<Record<Place, string>>

const PLACES = ['certs', 'data'] as const satisfies readonly Place[]
const STAGED = '.restore-new'
const DECIDED = '.restore-decided'
const PLAN = 'plan.json'
// https://sqlite.org/tempfiles.html: what belongs to a database must go before it, or it would be taken for its successor's.
const COMPANIONS = ['-wal', '-shm', '-journal', '']

/** Two empty folders beside the files that are to be replaced. */
export function openStage({ data, certs }: Folders): Stage {
  const stage = { data: join(data, STAGED), certs: join(certs, STAGED) }
  for (const place of PLACES) {
    rmSync(stage[place], { recursive: true, force: true })
    mkdirSync(stage[place], { recursive: true, mode: 0o700 })
  }
  return stage
}

/** Removes what a restore has prepared and not decided upon. */
export function discardStage({ data, certs }: Folders): void {
  if (existsSync(join(data, DECIDED))) return
  for (const folder of [data, certs]) rmSync(join(folder, STAGED), { recursive: true, force: true })
}

/** A name for the folders of the old files that none has yet. */
export function findFreeId(folders: Folders, wanted: string): string {
  const isTaken = (id: string): boolean => PLACES.some((place) => existsSync(asideFolder({ id, folders }, place)))
  let id = wanted
  for (let number = 2; isTaken(id); number++) id = `${wanted}-${number}`
  return id
}

/** From here on the new state is the state: who is killed in it, or after it, is followed by `finishSwap`. */
export function decideSwap(plan: SwapPlan): void {
  const { data, certs } = plan.folders
  const stage = { data: join(data, STAGED), certs: join(certs, STAGED) }
  const wanted = new Set(plan.data.put)
  for (const name of readdirSync(stage.data)) if (!wanted.has(name)) rmSync(join(stage.data, name))
  for (const place of PLACES) for (const name of plan[place].put) sync(join(stage[place], name))
  writeFileSync(join(stage.data, PLAN), JSON.stringify(plan), { mode: 0o600, flush: true })
  for (const folder of [stage.data, stage.certs, certs]) sync(folder)
  renameSync(stage.data, join(data, DECIDED))
  sync(data)
}

/** Puts in place what was decided, from wherever it was left; of nothing decided, nothing. */
export function finishSwap(data: string): SwapPlan | undefined {
  const decided = join(data, DECIDED)
  if (!existsSync(decided)) return undefined
  const plan = readPlan(decided)
  if (plan) {
    for (const place of PLACES) exchange(plan, place)
    rmSync(join(plan.folders.certs, STAGED), { recursive: true, force: true })
    rmSync(join(decided, PLAN))
  }
  rmSync(decided, { recursive: true })
  sync(data)
  return plan
}

/** Where the old files of a place are kept. */
export function asideFolder({ id, folders }: Pick<SwapPlan, 'id' | 'folders'>, place: Place): string {
  return join(folders[place], `before-restore-${id}`)
}

// A folder without its plan has nothing left to do.
function readPlan(decided: string): SwapPlan | undefined {
  return existsSync(join(decided, PLAN)) ? JSON.parse(readFileSync(join(decided, PLAN), 'utf8')) : undefined
}

function exchange(plan: SwapPlan, place: Place): void {
  const folder = plan.folders[place]
  const staged = place === 'data' ? join(plan.folders.data, DECIDED) : join(folder, STAGED)
  const aside = asideFolder(plan, place)
  for (const name of plan[place].put) {
    // While it waits, what stands in its place is the old one.
    if (!existsSync(join(staged, name))) continue
    setAside(folder, aside, name)
    renameSync(join(staged, name), join(folder, name))
  }
  for (const name of plan[place].retire) setAside(folder, aside, name)
  sync(folder)
}

function setAside(folder: string, aside: string, name: string): void {
  const present = readdirSync(folder)
  for (const companion of COMPANIONS.map((suffix) => name + suffix).filter((each) => present.includes(each))) {
    mkdirSync(aside, { recursive: true, mode: 0o700 })
    renameSync(join(folder, companion), join(aside, companion))
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
