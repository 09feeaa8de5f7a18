import { once } from 'node:events'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub[Symbol.asyncDispose]())

/** A table that is still being written. */
function beginTable(query = ''): { readonly outgoing: ClientRequest; readonly answer: Promise<IncomingMessage> } {
  const headers = { authorization: `Bearer ${hub.adminToken}`, 'content-type': 'application/x-ndjson' }
  const path = `/api/devices/bulk${query}`
  const options = { host: 'localhost', port: hub.hub.apiPort, ca: hub.ca, method: 'POST', path, agent: false, headers }
  const outgoing = request(options)
  outgoing.on('error', () => undefined)
  return { outgoing, answer: once(outgoing, 'response').then(([response]) => response) }
}

function rows(prefix: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `{"deviceId":"${prefix}-${index}"}\n`).join('')
}

async function countDevices(prefix: string): Promise<number> {
  const { items } = (await hub.api('GET', `/api/devices?q=${prefix}-&limit=500`)).json()
  return items.length
}

test('a table is answered while it is written', async () => {
  const { outgoing, answer } = beginTable()
  outgoing.write(rows('early', 8))
  const lines = createInterface({ input: await answer })
  const seen: string[] = []
  for await (const line of lines) {
    const { status, deviceId } = JSON.parse(line)
    seen.push(deviceId ?? status)
    // Four are in the making at once: the fifth row has pushed the first out, and the table has not ended.
    if (deviceId === 'early-0') outgoing.end(rows('late', 1))
  }
  expect(seen).toEqual(['begun', ...Array.from({ length: 8 }, (_, index) => `early-${index}`), 'late-0', 'finished'])
})

test('what one has whose reader hangs up is made no more, and the hub goes on', async () => {
  const { outgoing, answer } = beginTable()
  outgoing.end(rows('unread', 400))
  const response = await answer
  await once(response, 'readable')
  response.destroy()
  // Answered behind what is still in the making.
  let before = -1
  for (let now = await countDevices('unread'); now !== before; now = await countDevices('unread')) before = now
  expect(before).toBeLessThan(400)
  expect(await hub.api('GET', '/readyz', { token: null })).toMatchObject({ status: 200 })
})

test('a table that breaks off keeps what was made, and the same table goes on', async () => {
  const { outgoing, answer } = beginTable('?onExisting=skip')
  outgoing.write(rows('broken', 6))
  const response = await answer
  await once(response, 'readable')
  outgoing.destroy()
  const again = beginTable('?onExisting=skip')
  again.outgoing.end(rows('broken', 8))
  const lines = (await text(await again.answer)).trim().split('\n')
  const { status, counts } = JSON.parse(lines.at(-1) ?? '')
  expect(status).toBe('finished')
  expect(counts.issued + (counts.skipped ?? 0)).toBe(8)
  expect(await countDevices('broken')).toBe(8)
  const history = await hub.api('GET', '/api/devices/certificates/broken-0?include=detail')
  expect(history.json().certificates).toHaveLength(1)
})

test('a hub that stops ends a table, whose answer then has no last line', async () => {
  await using stopping = await startTestHub()
  const headers = { authorization: `Bearer ${stopping.adminToken}`, 'content-type': 'application/x-ndjson' }
  const { apiPort } = stopping.hub
  const path = '/api/devices/bulk'
  const outgoing = request({
    host: 'localhost',
    port: apiPort,
    ca: stopping.ca,
    method: 'POST',
    path,
    agent: false,
    headers,
  })
  outgoing.on('error', () => undefined)
  outgoing.write(rows('stopped', 6))
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  const received = text(response).catch(() => '')
  await stopping[Symbol.asyncDispose]()
  expect(await received).not.toContain('finished')
})
