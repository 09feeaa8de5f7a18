import { describe, expect, test } from 'vitest'
import { createMemoryAuthority } from '../../src/ca/memory-authority.ts'
import { ServedCertificate } from '../../src/ca/served-certificate.ts'
import { issueServerCertificate } from '../../src/ca/server-certificate.ts'
import { ServerRenewal } from '../../src/ca/server-renewal.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'
import { recordedLog } from './recorded-log.ts'

const DAY = 86_400_000

async function openScene() {
  const clock = createTestClock()
  const authority = await createMemoryAuthority(clock.now)
  const machine = { names: ['hub.example.com'], failure: undefined as Error | undefined, isLocked: false }
  const { logger, lines } = recordedLog()
  const served = new ServedCertificate(await issueServerCertificate(authority, machine.names))
  let running = 0
  const renewal = new ServerRenewal({
    served,
    authority: () => ({ certificate: authority.certificate, notAfter: authority.notAfter, isLocked: machine.isLocked }),
    readNames: () => machine.names,
    async open(names) {
      if (machine.failure) throw machine.failure
      expect(++running).toBe(1)
      const identity = await issueServerCertificate(authority, names)
      running--
      return identity
    },
    clock: clock.now,
    logger,
  })
  const fingerprint = () => served.identity.certificate.fingerprint256
  return { clock, machine, renewal, served, lines, fingerprint }
}

describe("the hub's own certificate", () => {
  test('is left alone until two thirds of its life, and then renewed once', async () => {
    const { clock, renewal, fingerprint } = await openScene()
    const first = fingerprint()
    clock.advance(243 * DAY)
    await renewal.check()
    expect(fingerprint()).toBe(first)
    clock.advance(DAY)
    await renewal.check()
    const second = fingerprint()
    expect(second).not.toBe(first)
    await renewal.check()
    expect(fingerprint()).toBe(second)
  })

  test('is renewed when the machine has another name or address, and not when it has one less', async () => {
    const { machine, renewal, served, fingerprint } = await openScene()
    machine.names = ['Hub.example.com', '192.0.2.7', '2001:DB8::0:7']
    await renewal.check()
    expect(served.identity.names).toEqual([
      'localhost',
      '127.0.0.1',
      '::1',
      'hub.example.com',
      '192.0.2.7',
      '2001:db8::7',
    ])
    const second = fingerprint()
    machine.names = ['192.0.2.7']
    await renewal.check()
    expect(fingerprint()).toBe(second)
  })

  test('is renewed at any time when that is asked for, one renewal after the other', async () => {
    const { renewal, fingerprint } = await openScene()
    const first = fingerprint()
    const [one, other] = await Promise.all([renewal.renew(), renewal.renew()])
    expect(new Set([first, one.certificate.fingerprint256, other.certificate.fingerprint256]).size).toBe(3)
    expect(fingerprint()).toBe(other.certificate.fingerprint256)
  })
})

describe('a renewal that fails', () => {
  test('is told once, tried again, and forgotten when it succeeds', async () => {
    const { clock, machine, renewal, lines, fingerprint } = await openScene()
    const first = fingerprint()
    clock.advance(300 * DAY)
    machine.failure = new Error('the disk is full')
    await renewal.check()
    await renewal.check()
    expect(renewal.fault).toBe('the disk is full')
    expect(fingerprint()).toBe(first)
    expect(lines).toMatchObject([{ level: 'error', msg: 'Server certificate could not be renewed' }])
    machine.failure = undefined
    await renewal.check()
    expect(renewal.fault).toBeUndefined()
    expect(fingerprint()).not.toBe(first)
  })

  test('is forgotten when it is no longer due', async () => {
    const { machine, renewal } = await openScene()
    machine.failure = new Error('the disk is full')
    machine.names = ['192.0.2.7']
    await renewal.check()
    machine.names = []
    await renewal.check()
    expect(renewal.fault).toBeUndefined()
  })

  test('waits for the key of the CA where that is locked, which is told elsewhere', async () => {
    const { clock, machine, renewal, lines, fingerprint } = await openScene()
    const first = fingerprint()
    clock.advance(300 * DAY)
    machine.isLocked = true
    await renewal.check()
    expect([renewal.fault, fingerprint(), lines]).toEqual(["The CA's key is locked", first, []])
    machine.isLocked = false
    await renewal.check()
    expect(renewal.fault).toBeUndefined()
    expect(fingerprint()).not.toBe(first)
  })

  test('rejects for whoever has asked for it', async () => {
    const { machine, renewal } = await openScene()
    machine.failure = new Error('the disk is full')
    await expect(renewal.renew()).rejects.toThrow('the disk is full')
    machine.failure = undefined
    await renewal.renew()
  })
})
