import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { createLookUp } from '../../../src/events/webhooks/name-look-up.ts'
import { createSender } from '../../../src/events/webhooks/sender.ts'
import { signBody } from '../../../src/events/webhooks/signature.ts'
import type { LookUp } from '../../../src/events/webhooks/target.ts'
import { createWebhook, NOON } from './webhook-records.ts'

const PARCEL = { id: 'd1', type: 'a.type', body: '{"a":"é"}' }
const NEVER = new AbortController().signal

async function openTarget(answer: (request: IncomingMessage, response: ServerResponse) => unknown) {
  const server = createServer((request, response) => void answer(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return { port, [Symbol.asyncDispose]: () => close(server) }
}

async function close(server: ReturnType<typeof createServer>): Promise<void> {
  server.closeAllConnections()
  await server[Symbol.asyncDispose]()
}

function senderOf(lookUp: LookUp, { timeoutSeconds = 60, allowPrivate = true } = {}) {
  const policy = { allowPrivate, isAllowed: () => false, isOwn: () => false }
  return createSender({
    policy,
    lookUp,
    trust: () => {
      throw new Error('no target here speaks TLS')
    },
    limits: { timeoutSeconds },
    version: '1.2.3',
    clock: () => NOON,
  })
}

const toLoopback: LookUp = async () => [{ address: '127.0.0.1', family: 4 }]

test('a delivery is a signed POST with an id, to the address that was found, and nobody asks a second time', async () => {
  const seen: { body: string; headers: IncomingMessage['headers']; url: string | undefined }[] = []
  await using target = await openTarget(async (request, response) => {
    seen.push({ body: await text(request), headers: request.headers, url: request.url })
    response.end('thank you')
  })
  const asked: string[] = []
  const send = senderOf((hostname) => {
    asked.push(hostname)
    return toLoopback(hostname)
  })
  // A name that nobody else knows: whoever asked again would find nothing.
  const url = `http://hook.invalid:${target.port}/in?token=1`
  const webhook = createWebhook('h1', { url, headers: { authorization: 'Bearer t', 'content-type': 'x/y' } })
  expect(await send(webhook, PARCEL, NEVER)).toEqual({ delivered: true, status: 200 })
  expect(asked).toEqual(['hook.invalid'])
  expect(seen).toMatchObject([
    {
      body: PARCEL.body,
      url: '/in?token=1',
      headers: {
        host: `hook.invalid:${target.port}`,
        authorization: 'Bearer t',
        'content-type': 'application/json',
        'content-length': '10',
        'user-agent': 'Signet/1.2.3',
        'signet-event': 'a.type',
        'signet-delivery': 'd1',
        'signet-signature': signBody(webhook.secret, NOON, PARCEL.body),
      },
    },
  ])
})

for (const { name, answer, expected } of [
  { name: 'a failure', answer: [500, {}], expected: { delivered: false, status: 500, error: 'answered 500' } },
  {
    name: 'a wish to be left alone for a while',
    answer: [429, { 'retry-after': '7' }],
    expected: { delivered: false, status: 429, error: 'answered 429', retryAfterMs: 7000 },
  },
  {
    name: 'a redirect, which is not followed',
    answer: [302, { location: '/elsewhere' }],
    expected: { delivered: false, status: 302, error: 'answered 302, and redirects are not followed' },
  },
  { name: 'an answer without a body', answer: [204, {}], expected: { delivered: true, status: 204 } },
] as const) {
  test(`the outcome of ${name}`, async () => {
    const paths: (string | undefined)[] = []
    await using target = await openTarget((request, response) => {
      paths.push(request.url)
      const [status, headers] = answer
      response.writeHead(status, headers).end()
    })
    const webhook = createWebhook('h1', { url: `http://127.0.0.1:${target.port}/in` })
    expect(await senderOf(toLoopback)(webhook, PARCEL, NEVER)).toEqual(expected)
    expect(paths).toEqual(['/in'])
  })
}

test('an answer without an end is not read to it', async () => {
  await using target = await openTarget((_request, response) => {
    response.writeHead(200)
    response.write('x'.repeat(1000))
  })
  const webhook = createWebhook('h1', { url: `http://127.0.0.1:${target.port}/` })
  expect(await senderOf(toLoopback)(webhook, PARCEL, NEVER)).toEqual({ delivered: true, status: 200 })
})

test('a target that says nothing, and a name that nobody answers for, are given up', async () => {
  await using target = await openTarget(() => undefined)
  const late = { delivered: false, error: 'no answer in time' }
  const silent = createWebhook('h1', { url: `http://127.0.0.1:${target.port}/` })
  expect(await senderOf(toLoopback, { timeoutSeconds: 0.05 })(silent, PARCEL, NEVER)).toEqual(late)
  const nameless = createWebhook('h1', { url: 'https://hook.invalid/' })
  const lookUp: LookUp = () => new Promise(() => undefined)
  expect(await senderOf(lookUp, { timeoutSeconds: 0.05 })(nameless, PARCEL, NEVER)).toEqual(late)
})

test('the hub that stops waits for no target', async () => {
  const stop = new AbortController()
  await using target = await openTarget(() => stop.abort())
  const webhook = createWebhook('h1', { url: `http://127.0.0.1:${target.port}/` })
  expect(await senderOf(toLoopback)(webhook, PARCEL, stop.signal)).toMatchObject({ delivered: false })
  const never: LookUp = () => new Promise(() => undefined)
  const nameless = createWebhook('h1', { url: 'https://hook.invalid/' })
  expect(await senderOf(never)(nameless, PARCEL, stop.signal)).toMatchObject({ delivered: false })
})

test('the hub that stops does not wait for who answers for names', async () => {
  const stop = new AbortController()
  const lookUp: LookUp = () => {
    stop.abort()
    return new Promise(() => undefined)
  }
  const nameless = createWebhook('h1', { url: 'https://hook.invalid/' })
  expect(await senderOf(lookUp, { timeoutSeconds: 600 })(nameless, PARCEL, stop.signal)).toMatchObject({
    delivered: false,
  })
})

test('what is told of a failure holds nothing of the URL but its host', async () => {
  const url = 'https://hook.invalid/bot-SECRET?token=SECRET'
  const webhook = createWebhook('h1', { url, headers: { authorization: 'SECRET' } })
  const gone: LookUp = async () => Promise.reject(Object.assign(new Error(url), { code: 'ENOTFOUND' }))
  const odd: LookUp = async () => Promise.reject(new TypeError(url))
  const closed = senderOf(toLoopback, { allowPrivate: false })
  const outcomes = [
    await senderOf(gone)(webhook, PARCEL, NEVER),
    await senderOf(odd)(webhook, PARCEL, NEVER),
    await senderOf(async () => Promise.reject(url))(webhook, PARCEL, NEVER),
    await closed(webhook, PARCEL, NEVER),
  ]
  expect(outcomes).toMatchObject([
    { error: 'ENOTFOUND' },
    { error: 'TypeError' },
    { error: 'failed' },
    { error: expect.stringContaining('127.0.0.1 is private') },
  ])
  expect(JSON.stringify(outcomes)).not.toContain('SECRET')
})

test('names are looked up by the machine, few at a time and each in its turn', async () => {
  const lookUp = createLookUp()
  const all = await Promise.all(Array.from({ length: 5 }, () => lookUp('127.0.0.1')))
  expect(all).toEqual(Array.from({ length: 5 }, () => [{ address: '127.0.0.1', family: 4 }]))
})
