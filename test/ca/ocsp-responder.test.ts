import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import type { KeyAlgorithm } from '../../src/ca/key-pair.ts'
import { createMemoryAuthority } from '../../src/ca/memory-authority.ts'
import { OcspResponder } from '../../src/ca/ocsp-responder.ts'
import type { CertificateStatus } from '../../src/ca/ocsp-response.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'
import { type Asked, createOcspRequest, readOcspAnswer } from './ocsp-client.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const [PUMP, VALVE, STRANGER] = ['4A11', '4A22', '4A33']
const GOOD: CertificateStatus = { status: 'good' }
const REVOKED_AT = new Date('2026-11-20T08:00:00.000Z')

function revoked(reason: 'keyCompromise' | 'certificateHold' | 'unspecified'): CertificateStatus {
  return { status: 'revoked', revokedAt: REVOKED_AT, reason }
}

async function createScene(keyAlgorithm?: KeyAlgorithm) {
  const clock = createTestClock()
  const authority = await createMemoryAuthority(clock.now, keyAlgorithm)
  const statuses = new Map<string, CertificateStatus>([
    [PUMP, GOOD],
    [VALVE, revoked('keyCompromise')],
  ])
  const failures: string[] = []
  const responder = new OcspResponder({
    authority,
    statusOf: (serialNumber) => statuses.get(serialNumber) ?? { status: 'unknown' },
    onFailure: ({ message }) => failures.push(message),
    clock: clock.now,
  })
  const issuer = authority.certificate
  const ask = async (serialNumbers: readonly string[], more: Partial<Asked> = {}) => {
    const answer = await responder.answer(await createOcspRequest({ issuer, serialNumbers, ...more }))
    return { ...answer, ...readOcspAnswer(answer.body, issuer) }
  }
  return { clock, authority, issuer, statuses, failures, responder, ask }
}

for (const keyAlgorithm of ['ec-p256', 'rsa-2048', 'ed25519'] as const) {
  test(`under a CA with a key of ${keyAlgorithm}, each status is signed by a delegate of the CA`, async () => {
    const { ask } = await createScene(keyAlgorithm)
    for (const hash of ['SHA-1', 'SHA-256'] as const) {
      expect(await ask([PUMP], { hash })).toMatchObject({
        responseStatus: 0,
        statuses: [[PUMP, 'good']],
        nonce: undefined,
        isSigned: true,
      })
    }
  })
}

test('several certificates are answered for in one message, in their order', async () => {
  const { ask, statuses } = await createScene()
  statuses.set('7F01', revoked('unspecified'))
  const { statuses: read, isSigned, life } = await ask([VALVE, STRANGER, PUMP, '7F01'])
  expect(read).toEqual([
    [VALVE, 'revoked 2026-11-20T08:00:00.000Z for 1'],
    [STRANGER, 'unknown'],
    [PUMP, 'good'],
    ['7F01', 'revoked 2026-11-20T08:00:00.000Z'],
  ])
  expect([isSigned, life === undefined]).toEqual([true, true])
})

test('the delegate is made for OCSP alone, lives for 30 days and need not be checked', async () => {
  const { authority } = await createScene()
  const { certificatePem } = await authority.issueOcspSigner()
  const certificate = new X509Certificate(certificatePem)
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.9'])
  expect(Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)).toBe(30 * DAY + 300_000)
  // id-pkix-ocsp-nocheck, NULL
  expect(certificate.raw.toString('hex')).toContain('06092b060105050730010504020500')
})

for (const { octets, expected } of [
  { octets: 0, expected: 1 },
  { octets: 1, expected: 0 },
  { octets: 32, expected: 0 },
  { octets: 128, expected: 0 },
  { octets: 129, expected: 1 },
]) {
  test(`a nonce of ${octets} octets is ${expected === 0 ? 'given back' : 'malformed'}`, async () => {
    const { ask } = await createScene()
    const nonce = new Uint8Array(octets).fill(0xab)
    const answer = await ask([PUMP], { nonce })
    expect(answer).toMatchObject({ responseStatus: expected, isSigned: expected === 0 })
    expect(answer.life).toBeUndefined()
    const length = octets < 128 ? Buffer.from([octets]) : Buffer.from([0x81, octets])
    const encoded = Buffer.concat([Buffer.from([0x04]), length, nonce])
    expect(answer.nonce).toBe(expected === 0 ? encoded.toString('hex').toUpperCase() : undefined)
  })
}

test('an answer without a nonce is given again for half its life, and made anew then', async () => {
  const { clock, ask } = await createScene()
  const first = await ask([PUMP])
  expect(first.life?.nextUpdate).toEqual(new Date((first.life?.madeAt.getTime() ?? 0) + 12 * HOUR))
  clock.advance(6 * HOUR - 60_000)
  const again = await ask([PUMP])
  expect(again.body).toBe(first.body)
  expect(again.life).toBe(first.life)
  clock.advance(60_000)
  const renewed = await ask([PUMP])
  expect(renewed.body).not.toBe(first.body)
  expect(renewed.life?.nextUpdate.getTime()).toBeGreaterThan(first.life?.nextUpdate.getTime() ?? 0)
})

test('an answer is kept no longer than it is true: a hold, its reason and its end show at once', async () => {
  const { ask, statuses } = await createScene()
  const good = await ask([PUMP])
  for (const status of [revoked('certificateHold'), revoked('keyCompromise')]) {
    statuses.set(PUMP, status)
    expect((await ask([PUMP])).statuses[0]?.[1]).toContain('revoked')
    expect((await ask([PUMP])).body).toBe((await ask([PUMP])).body)
  }
  expect((await ask([PUMP])).statuses).toEqual([[PUMP, 'revoked 2026-11-20T08:00:00.000Z for 1']])
  statuses.set(PUMP, GOOD)
  const released = await ask([PUMP])
  expect(released.statuses).toEqual([[PUMP, 'good']])
  expect(released.body).not.toBe(good.body)
})

test('what is unknown is not kept: it may be issued at any time', async () => {
  const { ask, statuses } = await createScene()
  expect(await ask([STRANGER])).toMatchObject({ statuses: [[STRANGER, 'unknown']], isSigned: true })
  expect((await ask([STRANGER])).life).toBeUndefined()
  statuses.set(STRANGER, GOOD)
  expect((await ask([STRANGER])).statuses).toEqual([[STRANGER, 'good']])
})

test('of the certificates of another CA nothing is said, and its clients take no answer of ours', async () => {
  const [{ responder, ask }, other] = [await createScene(), await createScene()]
  const foreign = await responder.answer(await createOcspRequest({ issuer: other.issuer, serialNumbers: [PUMP] }))
  expect(foreign.body.toString('hex')).toBe('30030a0106')
  expect((await ask([PUMP], { hash: 'SHA-384' })).responseStatus).toBe(6)
  expect(readOcspAnswer((await ask([PUMP])).body, other.issuer).isSigned).toBe(false)
})

test('who asks is of no importance, and what he demands is refused where it is not understood', async () => {
  const { ask } = await createScene()
  expect((await ask([PUMP], { requestorName: 'somebody' })).responseStatus).toBe(0)
  expect((await ask([PUMP], { extension: '1.2.3.4' })).responseStatus).toBe(1)
  expect((await ask([])).responseStatus).toBe(1)
})

test('an answer is stapled to a certificate by the hash that every client knows, the same one for all', async () => {
  const { responder, issuer, statuses } = await createScene()
  const stapled = await responder.answerFor(PUMP)
  expect(await responder.answerFor(PUMP)).toBe(stapled)
  const read = readOcspAnswer(stapled ?? Buffer.alloc(0), issuer)
  expect(read).toMatchObject({ statuses: [[PUMP, 'good']], isSigned: true })
  statuses.delete(PUMP)
  expect(await responder.answerFor(PUMP)).toBeUndefined()
})

test('the delegate is another one from two thirds of its life on', async () => {
  const { clock, ask, authority } = await createScene()
  let issued = 0
  const issue = authority.issueOcspSigner.bind(authority)
  authority.issueOcspSigner = () => {
    issued += 1
    return issue()
  }
  await Promise.all([ask([PUMP]), ask([VALVE])])
  clock.advance(19 * DAY)
  await ask([PUMP])
  expect(issued).toBe(1)
  clock.advance(2 * DAY)
  expect(await ask([PUMP])).toMatchObject({ isSigned: true })
  expect(issued).toBe(2)
})

test('a CA that has ended signs nothing any more: an internal error, told once, and no answer kept from before', async () => {
  const { clock, ask, failures, authority, responder } = await createScene()
  clock.advance(authority.notAfter.getTime() - clock.now().getTime() - HOUR)
  const last = await ask([PUMP])
  expect(last.life?.nextUpdate).toEqual(authority.notAfter)
  clock.advance(2 * HOUR)
  expect([(await ask([PUMP])).responseStatus, (await ask([PUMP])).responseStatus]).toEqual([2, 2])
  // Nor does a question that needs no signature have it told again.
  await responder.answer(new Uint8Array())
  expect(await responder.answerFor(PUMP)).toBeUndefined()
  expect(failures).toEqual([expect.stringContaining('expired')])
})

test('a registry that cannot be asked is an internal error, and the next question is answered again', async () => {
  const { responder, issuer, statuses, failures } = await createScene()
  const request = await createOcspRequest({ issuer, serialNumbers: [PUMP] })
  const get = statuses.get.bind(statuses)
  statuses.get = () => {
    throw new Error('the database is locked')
  }
  expect((await responder.answer(request)).body.toString('hex')).toBe('30030a0102')
  statuses.get = get
  expect((await responder.answer(request)).life).toBeDefined()
  expect(failures).toEqual(['the database is locked'])
})

test('more questions at a time than are good for the hub are told to come later', async () => {
  const { responder, issuer } = await createScene()
  const request = await createOcspRequest({ issuer, serialNumbers: [PUMP], nonce: new Uint8Array(32) })
  const answers = await Promise.all(Array.from({ length: 70 }, () => responder.answer(request)))
  const later = answers.filter(({ body }) => body.toString('hex') === '30030a0103')
  expect(later).toHaveLength(6)
  expect((await responder.answer(request)).body.length).toBeGreaterThan(100)
})

test('of many certificates the answers that were given longest ago are forgotten', async () => {
  const { responder, statuses } = await createScene()
  const names = Array.from({ length: 10_001 }, (_, index) => (0x100000 + index).toString(16).toUpperCase())
  for (const name of names) statuses.set(name, GOOD)
  const [first = ''] = names
  const kept = await responder.answerFor(first)
  for (const name of names) await responder.answerFor(name)
  expect(await responder.answerFor(first)).not.toBe(kept)
})
