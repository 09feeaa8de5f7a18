import { describe, expect, test } from 'vitest'
import type { PeerDirectory } from '../../src/broker/ports.ts'
import type { Login } from '../../src/registry/login.ts'
import { DEVICE, openBrokerScene } from './broker-scene.ts'
import { connectFrame } from './connect-frame.ts'

const PING = Buffer.from([0xc0, 0])
const CONNECT = connectFrame({ username: 'old name', password: Buffer.from('old') })
const RIGHT: Login = {
  userName: 'old name',
  password: Buffer.from('old'),
  proof: { hashName: 'hash', outcome: 'right' },
}

describe('a password that is compared first', () => {
  test('lets in when it was right, and what came behind the CONNECT meanwhile is served', async () => {
    const comparison = createComparison()
    await using hub = await openBrokerScene({ admit: comparison.admit })
    const { client, incoming } = hub.open(undefined)
    client.send(CONNECT, PING)
    await comparison.asked
    client.send(PING)
    await new Promise((resolve) => setImmediate(resolve))
    expect([client.received, incoming.isOpen]).toEqual([[], false])
    comparison.resolve(RIGHT)
    expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
    await client.next('pingresp')
    expect(await client.next('pingresp')).toBeDefined()
    expect(hub.sessions.findByClientId('device-001')?.session?.credentials).toEqual(['legacy:device-001'])
  })

  test('is judged again in the tick that would admit: what was revoked meanwhile is refused', async () => {
    const comparison = createComparison()
    await using hub = await openBrokerScene({ admit: comparison.admit })
    const { client } = hub.open(undefined)
    client.send(CONNECT)
    await comparison.asked
    comparison.revoke()
    comparison.resolve(RIGHT)
    expect(await client.next('connack')).toMatchObject({ returnCode: 4 })
    expect(hub.recorder.refusals).toMatchObject([{ cause: 'login_invalid' }])
    expect(hub.events).toEqual([])
  })

  test('lets nobody in who has left, or was cut, by then', async () => {
    for (const leave of ['leaves', 'is cut'] as const) {
      const comparison = createComparison()
      await using hub = await openBrokerScene({ admit: comparison.admit })
      const { client, incoming } = hub.open(undefined)
      client.send(CONNECT)
      await comparison.asked
      if (leave === 'leaves') client.socket.destroy()
      else await hub.sessions.cutEverything('hub stopped')
      await incoming.closed
      comparison.resolve(RIGHT)
      await new Promise((resolve) => setImmediate(resolve))
      expect([comparison.judgements, hub.events]).toEqual([1, []])
    }
  })

  test('that fails costs this connection alone, with return code 3', async () => {
    const comparison = createComparison()
    await using hub = await openBrokerScene({ admit: comparison.admit })
    const { client } = hub.open(undefined)
    client.send(CONNECT)
    await comparison.asked
    comparison.reject(new Error('out of memory'))
    expect(await client.next('connack')).toMatchObject({ returnCode: 3 })
    expect(hub.log.text).toContain('out of memory')
  })
})

describe('who leaves before a CONNECT', () => {
  for (const { cause, told } of [
    { cause: 'login_missing', told: false },
    { cause: 'credential_missing', told: false },
    { cause: 'certificate_missing', told: true },
  ] as const) {
    test(`is ${told ? '' : 'not '}refused for ${cause}`, async () => {
      const admit = () => ({ admitted: false, cause, presented: {} }) as const
      await using hub = await openBrokerScene({ admit })
      const { client, incoming } = hub.open(undefined)
      client.socket.destroy()
      await incoming.closed
      expect(hub.recorder.refusals.map((refusal) => refusal.cause)).toEqual(told ? [cause] : [])
    })
  }
})

function createComparison() {
  const { promise, resolve, reject } = Promise.withResolvers<Login>()
  const asked = Promise.withResolvers<void>()
  let isRevoked = false
  let judgements = 0
  const admit: PeerDirectory['admit'] = (_peer, { login }) => {
    judgements++
    if (isRevoked) return { admitted: false, cause: 'login_invalid', presented: {} }
    if (login?.proof) return { admitted: true, identity: DEVICE.identity, credentials: ['legacy:device-001'] }
    const compare = (): Promise<Login> => {
      asked.resolve()
      return promise
    }
    return { admitted: undefined, compare }
  }
  return {
    admit,
    resolve,
    reject,
    asked: asked.promise,
    revoke() {
      isRevoked = true
    },
    get judgements() {
      return judgements
    },
  }
}
