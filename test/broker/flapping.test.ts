import { describe, expect, test } from 'vitest'
import { FlappingBans } from '../../src/broker/flapping.ts'

const DEVICE = { kind: 'device', id: 'device-001' } as const
const SERVICE = { kind: 'service', id: 'device-001' } as const
const LIMITS = { flappingConnects: 3, flappingSeconds: 60, flappingBanSeconds: 300 }

describe('a device that loses connections', () => {
  test('is not banned one short of the limit, and is with the next', () => {
    const scene = createScene()
    expect([scene.lose(), scene.lose()]).toEqual([undefined, undefined])
    expect(scene.bans.until(DEVICE)).toBeUndefined()
    expect(scene.lose()).toEqual(new Date(scene.now() + 300_000))
    expect(scene.bans.until(DEVICE)).toEqual(new Date(scene.now() + 300_000))
  })

  test('is not banned when they are spread over more than the window', () => {
    const scene = createScene()
    scene.lose()
    scene.lose()
    scene.advance(60_000)
    scene.lose()
    scene.advance(59_999)
    expect(scene.lose()).toBeUndefined()
    expect(scene.lose()).toBeDefined()
  })

  test('is let in when the ban ends, however often it tried meanwhile, and counts from nothing', () => {
    const scene = createScene()
    for (let loss = 0; loss < 10; loss++) scene.lose()
    scene.advance(299_999)
    scene.lose()
    expect(scene.bans.until(DEVICE)).toBeDefined()
    scene.advance(1)
    expect(scene.bans.until(DEVICE)).toBeUndefined()
    expect([scene.lose(), scene.lose()]).toEqual([undefined, undefined])
    expect(scene.lose()).toBeDefined()
  })

  test('is let in at once when its ban is lifted', () => {
    const scene = createScene()
    for (let loss = 0; loss < 3; loss++) scene.lose()
    scene.bans.lift(DEVICE)
    expect(scene.bans.until(DEVICE)).toBeUndefined()
    expect([scene.lose(), scene.lose()]).toEqual([undefined, undefined])
  })

  test('bans nobody else, its namesake of another kind least of all', () => {
    const scene = createScene()
    for (let loss = 0; loss < 3; loss++) scene.lose()
    expect(scene.bans.until(SERVICE)).toBeUndefined()
  })

  test('is never banned with limits.flapping_connects 0', () => {
    const scene = createScene({ ...LIMITS, flappingConnects: 0 })
    for (let loss = 0; loss < 100; loss++) scene.lose()
    expect([scene.bans.until(DEVICE), scene.bans.size]).toEqual([undefined, 0])
  })
})

test('a ban forbids every will but that of the connection it began with', () => {
  const scene = createScene()
  const last = {}
  scene.lose()
  scene.lose()
  expect(scene.bans.forbidsWill(DEVICE, last)).toBe(false)
  scene.bans.count(DEVICE, last)
  expect([scene.bans.forbidsWill(DEVICE, last), scene.bans.forbidsWill(DEVICE, {})]).toEqual([false, true])
  scene.advance(300_000)
  expect(scene.bans.forbidsWill(DEVICE, {})).toBe(false)
})

test('what is over is forgotten', () => {
  const scene = createScene()
  for (let device = 0; device < 1000; device++) {
    const holder = { kind: 'device', id: `device-${device}` } as const
    for (let loss = 0; loss < (device % 2 === 0 ? 1 : 3); loss++) scene.bans.count(holder, {})
  }
  expect(scene.bans.size).toBe(1000)
  scene.advance(60_000)
  scene.lose()
  expect(scene.bans.size).toBe(501)
  scene.advance(300_000)
  scene.lose()
  expect(scene.bans.size).toBe(1)
})

function createScene(limits = LIMITS) {
  let now = 1_000_000
  const bans = new FlappingBans(limits, () => new Date(now))
  return {
    bans,
    now: () => now,
    lose: () => bans.count(DEVICE, {}),
    advance(milliseconds: number) {
      now += milliseconds
    },
  }
}
