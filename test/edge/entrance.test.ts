import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { ConnectionLimits } from '../../src/edge/connection-limits.ts'
import { createEntrance, type EntranceOptions, type Entrant } from '../../src/edge/entrance.ts'
import { createNetworks } from '../../src/edge/networks.ts'
import { OpenSockets } from '../../src/edge/open-sockets.ts'
import type { Refusal } from '../../src/refusal.ts'
import { openTcpPair, type TcpPair } from '../support/tcp-pair.ts'

const WIDE = {
  connections: 100,
  connectionsPerAddress: 0,
  halfOpen: 100,
  halfOpenPerAddress: 100,
  newConnectionsPerAddressPerSecond: 1000,
}

const PROXIED = 'PROXY TCP4 192.0.2.7 192.0.2.1 4711 8883\r\n'
// The 12 octets of the signature, version 2, LOCAL, unspecified, nothing behind: §2.2
const LOCAL = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex')

describe('a connection', () => {
  test('within the limits is handed on, with the address it comes from, and nothing of it read', async () => {
    const { enter, entrants, refusals } = createScene()
    await using pair = await openTcpPair()
    pair.client.end('hello')
    await enter(pair.accepted)
    expect(entrants).toMatchObject([{ raw: pair.accepted, address: '127.0.0.1', firstByte: 'h'.charCodeAt(0) }])
    expect([refusals, await text(pair.accepted)]).toEqual([[], 'hello'])
  })

  for (const { name, options, cause } of [
    { name: 'of an address at its limit', options: { halfOpenPerAddress: 1 }, cause: 'address_over_limit' },
    { name: 'to a hub at its limit', options: { connections: 1 }, cause: 'hub_over_limit' },
  ]) {
    test(`${name} is reset, told, and handed on to nobody`, async () => {
      const { enter, entrants, refusals } = createScene({ limits: options })
      await using first = await openSpeaker('x')
      await enter(first.accepted)
      await using second = await openTcpPair()
      const reset = closing(second)
      await enter(second.accepted)
      expect(await reset).toBe('ECONNRESET')
      const expected = expect.stringMatching(/^at most 1 by limits\./)
      expect([entrants.length, refusals]).toEqual([1, [{ address: '127.0.0.1', surface: 'mqtts', cause, expected }]])
    })
  }

  test('makes room when it closes', async () => {
    const { enter, entrants } = createScene({ limits: { connections: 1 } })
    await using first = await openSpeaker('x')
    await enter(first.accepted)
    first.accepted.destroy()
    await once(first.accepted, 'close')
    await using second = await openSpeaker('x')
    await enter(second.accepted)
    expect(entrants).toHaveLength(2)
  })

  test('is half-open until it is marked', async () => {
    const { enter, entrants } = createScene({ limits: { halfOpen: 1 } })
    await using first = await openSpeaker('x')
    await using second = await openSpeaker('x')
    await enter(first.accepted)
    entrants[0]?.markOpen()
    await enter(second.accepted)
    expect(entrants).toHaveLength(2)
  })

  test('that is gone while it is counted in takes no room, and is handed on to nobody', async () => {
    const { enter, entrants, refusals } = createScene({ limits: { connections: 1 } })
    await using gone = await openTcpPair()
    const entering = enter(gone.accepted)
    gone.accepted.destroy()
    await entering
    await using next = await openSpeaker('x')
    await enter(next.accepted)
    expect([entrants.map(({ raw }) => raw), refusals]).toEqual([[next.accepted], []])
  })

  test('that was reset before it could be looked at is nobody’s business', async () => {
    const { enter, entrants, refusals } = createScene({ silence: 'handshake_timeout' })
    await using pair = await openTcpPair()
    pair.accepted.destroy()
    await enter(pair.accepted)
    expect([entrants, refusals]).toEqual([[], []])
  })

  test('that breaks off ends nothing but itself', async () => {
    const { enter } = createScene()
    await using pair = await openSpeaker('x')
    await enter(pair.accepted)
    pair.client.resetAndDestroy()
    await new Promise((resolve) => pair.accepted.once('close', resolve))
    expect(pair.accepted.errored).toMatchObject({ code: 'ECONNRESET' })
  })

  test('that nobody closes is closed with the others when the hub stops', async () => {
    const { enter, sockets } = createScene()
    await using pair = await openSpeaker('x')
    await enter(pair.accepted)
    await sockets[Symbol.asyncDispose]()
    expect(pair.accepted.closed).toBe(true)
  })

  for (const { name, silence } of [
    { name: 'is told, where that is asked for', silence: 'handshake_timeout' },
    { name: 'is closed without a word, where it is not' },
  ] satisfies readonly (Pick<EntranceOptions, 'silence'> & { readonly name: string })[]) {
    test(`that says nothing ${name}`, async () => {
      const { enter, entrants, refusals } = createScene({ openingSeconds: 0.02, ...(silence ? { silence } : {}) })
      await using pair = await openTcpPair()
      await enter(pair.accepted)
      const told = silence ? [{ address: '127.0.0.1', surface: 'mqtts', cause: silence }] : []
      expect([entrants, refusals, pair.accepted.destroyed]).toEqual([[], told, true])
    })
  }

  test('from an address outside the networks that may come is reset and told', async () => {
    const { enter, entrants, refusals } = createScene({ allow: createNetworks(['10.0.0.0/8', '::1']) })
    await using pair = await openTcpPair()
    await enter(pair.accepted)
    expect(entrants).toEqual([])
    expect(refusals).toMatchObject([{ cause: 'address_not_allowed', expected: '10.0.0.0/8, ::1' }])
  })
})

describe('a connection of a proxy', () => {
  test('has the address of the client, and only what the client says is left of it', async () => {
    const { enter, entrants, refusals } = createScene({ proxies: PROXIES })
    await using pair = await openTcpPair()
    pair.client.end(`${PROXIED}hello`)
    await enter(pair.accepted)
    expect(entrants).toMatchObject([{ address: '192.0.2.7', firstByte: 'h'.charCodeAt(0) }])
    expect([refusals, await text(pair.accepted)]).toEqual([[], 'hello'])
  })

  test('may bring its header in pieces', async () => {
    const { enter, entrants } = createScene({ proxies: PROXIES })
    await using pair = await openTcpPair()
    pair.client.setNoDelay()
    const entering = enter(pair.accepted)
    for (const octet of `${PROXIED}hello`) {
      const arrived = once(pair.accepted, 'readable')
      pair.client.write(octet)
      if (octet === 'h') break
      await arrived
    }
    await entering
    expect(entrants).toMatchObject([{ address: '192.0.2.7', firstByte: 'h'.charCodeAt(0) }])
  })

  test('that speaks for itself has its own address', async () => {
    const { enter, entrants } = createScene({ proxies: PROXIES })
    await using pair = await openTcpPair()
    pair.client.write(Buffer.concat([LOCAL, Buffer.from('x')]))
    await enter(pair.accepted)
    expect(entrants).toMatchObject([{ address: '127.0.0.1' }])
  })

  test.each([
    { name: 'that opens the port and leaves', bytes: '' },
    { name: 'that sends a header and leaves', bytes: LOCAL },
  ])('$name, as health checks do, is nobody’s business', async ({ bytes }) => {
    const { enter, entrants, refusals } = createScene({ proxies: PROXIES, silence: 'handshake_timeout' })
    await using pair = await openTcpPair()
    pair.client.end(bytes)
    await enter(pair.accepted)
    expect([entrants, refusals]).toEqual([[], []])
  })

  test('is counted by the address of its client', async () => {
    const { enter, refusals } = createScene({ proxies: PROXIES, limits: { halfOpenPerAddress: 1 } })
    await using first = await openSpeaker(`${PROXIED}x`)
    await using other = await openSpeaker(`${PROXIED.replace('192.0.2.7', '192.0.2.8')}x`)
    await using second = await openSpeaker(`${PROXIED}x`)
    for (const { accepted } of [first, other, second]) await enter(accepted)
    expect(refusals).toMatchObject([{ address: '192.0.2.7', surface: 'mqtts', cause: 'address_over_limit' }])
  })

  test('is let in by the address of its client, not by its own', async () => {
    const { enter, refusals } = createScene({ proxies: PROXIES, allow: createNetworks(['127.0.0.1']) })
    await using pair = await openSpeaker(`${PROXIED}x`)
    await enter(pair.accepted)
    expect(refusals).toMatchObject([{ address: '192.0.2.7', cause: 'address_not_allowed' }])
  })

  for (const { name, says, address, cause } of [
    { name: 'without a header', says: 'hello', address: '127.0.0.1', cause: 'proxy_header_missing' },
    { name: 'with a broken header', says: 'PROXY me\r\n', address: '127.0.0.1', cause: 'proxy_header_invalid' },
    { name: 'that brings a second', says: PROXIED + PROXIED, address: '192.0.2.7', cause: 'proxy_header_unexpected' },
  ]) {
    test(`${name} is reset and told`, async () => {
      const { enter, entrants, refusals } = createScene({ proxies: PROXIES })
      await using pair = await openSpeaker(says)
      const reset = closing(pair)
      await enter(pair.accepted)
      expect(await reset).toBe('ECONNRESET')
      expect([entrants, refusals]).toEqual([[], [{ address, surface: 'mqtts', cause }]])
    })
  }

  test('that does not say in time for whom it speaks is told', async () => {
    const { enter, entrants, refusals } = createScene({ proxies: PROXIES, openingSeconds: 0.02 })
    await using pair = await openSpeaker('PROXY TCP4')
    await enter(pair.accepted)
    expect([entrants, refusals]).toMatchObject([[], [{ cause: 'proxy_header_missing' }]])
  })
})

test.each([PROXIED, 'PROXY me\r\n', LOCAL])('a header from a stranger is refused: %j', async (header) => {
  const { enter, entrants, refusals } = createScene()
  await using pair = await openSpeaker(header)
  const reset = closing(pair)
  await enter(pair.accepted)
  expect(await reset).toBe('ECONNRESET')
  const cause = 'proxy_header_unexpected'
  expect([entrants, refusals]).toEqual([[], [{ address: '127.0.0.1', surface: 'mqtts', cause }]])
})

const PROXIES = createNetworks(['127.0.0.0/8'])

/** A connection whose client has said something already. */
async function openSpeaker(bytes: string | Buffer): Promise<TcpPair> {
  const pair = await openTcpPair()
  pair.client.write(bytes)
  return pair
}

function closing({ client }: TcpPair): Promise<string | undefined> {
  return new Promise((resolve) =>
    client.once('close', () => resolve((client.errored as { code?: string } | null)?.code)),
  )
}

type SceneOptions = Partial<Omit<EntranceOptions, 'limits'>> & { readonly limits?: Partial<typeof WIDE> }

function createScene({ limits, ...options }: SceneOptions = {}) {
  const entrants: Entrant[] = []
  const refusals: Refusal[] = []
  const sockets = new OpenSockets()
  const enter = createEntrance({
    surface: 'mqtts',
    limits: new ConnectionLimits({ ...WIDE, ...limits }),
    sockets,
    proxies: createNetworks([]),
    openingSeconds: 10,
    recordRefusal: (refusal) => void refusals.push(refusal),
    onEntrant: (entrant) => void entrants.push(entrant),
    ...options,
  })
  return { enter, entrants, refusals, sockets }
}
