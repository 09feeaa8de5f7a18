import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { ImportedDevice, ImportReport } from '../../../src/registry/import/import-request.ts'
import { countEventLoopTurns } from '../../support/event-loop-turns.ts'
import { createScene, DAY_MS, NOON, type Scene } from '../registry-scene.ts'

const SIZE = 300
const UNTIL = new Date(NOON.getTime() + 30 * DAY_MS)

/** By fingerprint alone, with a password and a client id each. */
function fleet(size = SIZE): readonly ImportedDevice[] {
  return Array.from({ length: size }, (_, number) => ({
    deviceId: `device-${number}`,
    userId: 'ann',
    clientIds: [`old-${number}`],
    certificates: [{ fingerprint: number.toString(16).padStart(64, '0') }],
    legacyCredential: { userName: `user-${number}`, hash: { algorithm: 'bcrypt', digest: '$2b$10$one' } },
  }))
}

function run({ registry }: Scene, devices = fleet()): Promise<ImportReport> {
  return registry.imports.run({ policies: [], devices, passwordsUntil: UNTIL }, false)
}

function countRows({ database }: Scene): readonly number[] {
  const tables = ['users', 'devices', 'device_client_ids', 'certificates', 'legacy_credentials', 'policies']
  return tables.map((table) => Number(database.sqlite.prepare(`select count(*) from ${table}`).pluck().get()))
}

/** Whether an import has thought of something that it has not written yet. */
function isDecided({ database: { sqlite } }: Scene): boolean {
  const table = sqlite.prepare("select 1 from temp.sqlite_master where name = 'fleet_devices'")
  return table.get() !== undefined && sqlite.prepare('select 1 from temp.fleet_devices').get() !== undefined
}

/** Does the work before each turn of the event loop, until the promise is settled. */
async function each<Result>(promise: Promise<Result>, work: (turn: number) => void): Promise<Result> {
  let isSettled = false
  const settle = (): void => {
    isSettled = true
  }
  promise.then(settle, settle)
  for (let turn = 0; !isSettled; turn++) {
    work(turn)
    await nextTurn()
  }
  return promise
}

test('a fleet is seen by nobody until all of it is there', async () => {
  using scene = await createScene()
  const seen = new Set<string>()
  using turns = countEventLoopTurns()
  const { devices } = await each(run(scene), () => void seen.add(countRows(scene).join(' ')))
  expect(turns.passed).toBeGreaterThan(SIZE / 10)
  expect(devices.every(({ action, reasons }) => action === 'created' && reasons.length === 0)).toBe(true)
  expect([...seen]).toEqual(['0 0 0 0 0 0', `1 ${SIZE} ${SIZE} ${SIZE} ${SIZE} 0`].slice(0, seen.size))
  expect(countRows(scene)).toEqual([1, SIZE, SIZE, SIZE, SIZE, 0])
})

test('a device that somebody registers meanwhile is theirs, in whichever turn it comes', async () => {
  using scene = await createScene()
  const theirs: string[] = []
  const { devices } = await each(run(scene), (turn) => {
    const deviceId = `device-${SIZE - 1 - turn}`
    // Not in every turn, so that the import gets its chance in between.
    if (turn % 3 !== 0 || turn >= SIZE || scene.stores.devices.find(deviceId)) return
    scene.registry.devices.create({ deviceId, userId: 'ben' }, true)
    theirs.push(deviceId)
  })
  expect(theirs.length).toBeGreaterThan(10)
  const refused = devices.filter(({ action }) => action === 'refused')
  expect(refused.map(({ deviceId }) => deviceId).toSorted()).toEqual(theirs.toSorted())
  expect(new Set(refused.flatMap(({ reasons }) => reasons.map(({ code }) => code)))).toEqual(
    new Set(['device_owned_by_another_user']),
  )
  for (const id of theirs) expect(scene.stores.devices.find(id)).toMatchObject({ userId: 'ben', clientIds: [] })
})

test('a password that somebody gives away meanwhile is taken, and so is a client id', async () => {
  using scene = await createScene()
  for (const deviceId of ['mine', 'yours']) scene.registry.devices.create({ deviceId }, true)
  const devices = fleet(60)
  let isGiven = false
  const { devices: reports } = await each(run(scene, devices), () => {
    if (isGiven || !isDecided(scene)) return
    isGiven = true
    const hash = { algorithm: 'bcrypt', digest: '$2b$10$two' } as const
    void scene.registry.legacy.put('mine', { userName: 'user-3', hash, endsAt: UNTIL })
    void scene.registry.devices.change('yours', { clientIds: ['old-4'] }, true)
  })
  expect(reports[3]?.reasons).toMatchObject([{ code: 'user_name_taken' }])
  expect(reports[4]?.reasons).toMatchObject([{ code: 'client_id_wrong' }])
  expect(scene.stores.legacy.findByUserName('user-3')?.deviceId).toBe('mine')
})

test('an import comes to its end where the registry never stands still', async () => {
  using scene = await createScene()
  scene.registry.policies.put({ name: 'p', rules: [], clientId: 'own' })
  const devices = fleet(100).map((device) => ({ ...device, policies: ['p'] }))
  await each(run(scene, devices), (turn) => {
    scene.registry.policies.put({ name: 'p', rules: [], clientId: turn % 2 === 0 ? 'own' : 'any' })
  })
  expect(countRows(scene)).toEqual([1, 100, 100, 100, 100, 1])
})

test('two imports of the same fleet at once: the one makes it, the other finds it made', async () => {
  using scene = await createScene()
  const [one, other] = await Promise.all([run(scene), run(scene)])
  expect(new Set(one?.devices.map(({ action }) => action))).toEqual(new Set(['created']))
  expect(new Set(other?.devices.map(({ action }) => action))).toEqual(new Set(['unchanged']))
  expect(countRows(scene)).toEqual([1, SIZE, SIZE, SIZE, SIZE, 0])
})

test('of an import that fails at its end nothing is left, and nobody waits behind it', async () => {
  using scene = await createScene()
  const failing = run(scene)
  const next = scene.registry.imports.run({ policies: [], devices: fleet() }, true)
  await each(failing, (turn) => turn === 0 && scene.failCommits()).catch(() => undefined)
  await expect(failing).rejects.toThrow('full')
  expect(countRows(scene)).toEqual([0, 0, 0, 0, 0, 0])
  expect((await next).devices).toHaveLength(SIZE)
  expect(scene.lifted).toEqual([])
  await expect(run(scene)).rejects.toThrow('full')
  const left = scene.database.sqlite.prepare(
    "select name from temp.sqlite_master where name like '%fleet%' or name like 'watched%'",
  )
  expect(left.all()).toEqual([])
})

test('the sessions that an import ends are cut a part a turn, all of them before it is answered', async () => {
  using scene = await createScene()
  await run(scene)
  const suspended = fleet().map((device) => ({ ...device, state: 'suspended' as const }))
  const counts = new Set<number>()
  await each(run(scene, suspended), () => void counts.add(scene.cuts.length))
  expect(scene.cuts).toHaveLength(SIZE)
  expect(scene.cuts.every(({ call, admissible }) => call === 'cutIdentity' && admissible === 0)).toBe(true)
  expect(counts.size).toBeGreaterThan(2)
})

test('an import waits for the sessions that it ends, and the next one does not', async () => {
  const { promise: closing, resolve: close } = Promise.withResolvers<void>()
  using scene = await createScene({ closing })
  await run(scene)
  let isAnswered = false
  const suspending = run(scene, [{ deviceId: 'device-0', state: 'suspended' }]).finally(() => {
    isAnswered = true
  })
  const { devices } = await run(scene, [{ deviceId: 'device-1', policies: ['device'] }])
  expect(devices).toMatchObject([{ action: 'updated' }])
  expect([scene.cuts.length, isAnswered]).toEqual([1, false])
  close()
  expect((await suspending).devices).toMatchObject([{ action: 'updated' }])
})

test('a fleet that was written in turns is undone as one', async () => {
  using scene = await createScene()
  const report = await run(scene)
  const { devices } = await scene.registry.imports.undo(report)
  expect(new Set(devices.map(({ action }) => action))).toEqual(new Set(['removed']))
  expect(countRows(scene)).toEqual([1, 0, 0, 0, 0, 0])
})
