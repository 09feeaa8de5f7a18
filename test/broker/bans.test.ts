import { describe, expect, test } from 'vitest'
import { Bans } from '../../src/broker/bans.ts'
import { FlappingBans } from '../../src/broker/flapping.ts'
import { createLogger } from '../../src/logger.ts'
import { LogSink } from '../support/log-sink.ts'

const DEVICE = { kind: 'device', id: 'device-001' } as const
const SERVICE = { kind: 'service', id: 'backend' } as const
const START = Date.parse('2026-11-22T12:00:00Z')

describe('a ban that an administrator gave', () => {
  test('holds a device under every client id, for as long as it was given', () => {
    const scene = createScene()
    scene.bans.give({ holder: DEVICE }, 300)
    const until = new Date(START + 300_000)
    expect(scene.bans.givenTo(DEVICE, 'device-001:any')).toMatchObject({ cause: 'banned', until })
    expect(scene.bans.givenTo({ kind: 'service', id: 'device-001' }, 'device-001')).toBeUndefined()
    scene.advance(299_999)
    expect(scene.bans.givenTo(DEVICE, 'device-001')).toMatchObject({ until })
    scene.advance(1)
    expect(scene.bans.givenTo(DEVICE, 'device-001')).toBeUndefined()
    expect(scene.bans.list()).toEqual([])
  })

  test('holds one client id alone where that was meant', () => {
    const { bans } = createScene()
    bans.give({ holder: SERVICE, clientId: 'backend:1' }, 300)
    expect(bans.givenTo(SERVICE, 'backend:1')).toBeDefined()
    expect(bans.givenTo(SERVICE, 'backend:2')).toBeUndefined()
  })

  test('takes the place of the one before it, and of flapping', () => {
    const { bans, flapping } = createScene()
    flapping.count(DEVICE, {})
    bans.give({ holder: DEVICE }, 600)
    bans.give({ holder: DEVICE }, 60)
    expect(bans.list()).toEqual([
      {
        id: 'device:device-001',
        holder: DEVICE,
        cause: 'banned',
        since: new Date(START),
        until: new Date(START + 60_000),
      },
    ])
  })

  test('is gone with the identity: whoever gets its id next begins anew', () => {
    const { bans, flapping } = createScene()
    bans.give({ holder: SERVICE, clientId: 'backend:1' }, 300)
    bans.give({ holder: DEVICE }, 300)
    flapping.count(SERVICE, {})
    bans.forget(SERVICE)
    expect(bans.list().map(({ id }) => id)).toEqual(['device:device-001'])
  })
})

describe('the list of bans', () => {
  test('holds those of flapping ones, until they are over', () => {
    const scene = createScene()
    scene.flapping.count(DEVICE, {})
    const ban = { id: 'device:device-001', holder: DEVICE, cause: 'flapping', since: new Date(START) }
    expect(scene.bans.list()).toEqual([{ ...ban, until: new Date(START + 120_000) }])
    scene.advance(120_000)
    expect(scene.bans.list()).toEqual([])
  })
})

describe('a ban that is lifted', () => {
  test('holds no more, whoever gave it, and is in the log', () => {
    const { bans, flapping, log } = createScene()
    bans.give({ holder: SERVICE, clientId: 'backend:1' }, 300)
    flapping.count(DEVICE, {})
    bans.lift('client:backend:1')
    bans.lift('device:device-001')
    expect([bans.givenTo(SERVICE, 'backend:1'), flapping.until(DEVICE), bans.list()]).toEqual([
      undefined,
      undefined,
      [],
    ])
    expect(log.lines).toMatchObject([
      { ban: 'client:backend:1', cause: 'banned', msg: 'An administrator lifted a ban' },
      { ban: 'device:device-001', cause: 'flapping', msg: 'An administrator lifted a ban' },
    ])
  })

  test('refused/that there is not, or is over', () => {
    const scene = createScene()
    scene.bans.give({ holder: DEVICE }, 1)
    scene.advance(1000)
    for (const id of ['device:device-001', 'device:other'])
      expect(() => scene.bans.lift(id)).toThrow(expect.objectContaining({ code: 'ban_not_found' }))
  })
})

/** One loss is flapping, for two minutes. */
function createScene() {
  let now = START
  const clock = (): Date => new Date(now)
  const flapping = new FlappingBans({ flappingConnects: 1, flappingSeconds: 60, flappingBanSeconds: 120 }, clock)
  const log = new LogSink()
  const logger = createLogger({ level: 'info', format: 'json', stream: log })
  return {
    bans: new Bans(flapping, { clock, logger }),
    flapping,
    log,
    advance: (milliseconds: number) => (now += milliseconds),
  }
}
