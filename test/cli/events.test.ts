import { EventEmitter, once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openHubDouble, problem } from './hub-double.ts'
import { run } from './terminal.ts'

const NEWER = {
  id: '2',
  type: 'device.connected',
  at: '2026-11-22T12:00:02.000Z',
  data: { id: 'd', address: '\u001b[2J' },
}
const OLDER = { id: '1', type: 'limit.reached', at: '2026-11-22T12:00:01.000Z', data: { count: 3, by: { a: 1 } } }
const FRAMES = [
  'retry: 3000\n\n: still here\nid: 1\n\n',
  'event: gap\ndata: {"lastEventId":"1"}\n\n',
  `id: 2\nevent: device.connected\ndata: ${JSON.stringify(NEWER)}\n\n`,
].join('')

async function call(argv: readonly string[], answers: Parameters<typeof openHubDouble>[0]) {
  await using folder = await temporaryFolder()
  await using _hub = await openHubDouble(answers, { folder: folder.path })
  return await run({ argv: ['events', ...argv], cwd: folder.path })
}

test('the newest stand last, and nothing moves the cursor of who reads', async () => {
  const answers = { 'GET /api/events?limit=50': { body: { items: [NEWER, OLDER], nextCursor: null } } }
  const { stdout } = await call([], answers)
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/)),
  ).toEqual([
    ['AT', 'TYPE', 'WHAT'],
    [OLDER.at, OLDER.type, 'count=3, by={"a":1}'],
    [NEWER.at, NEWER.type, 'id=d, address=\\u001b[2J'],
  ])
})

test('--type, --device, --limit and --json: those that were meant, as they are', async () => {
  const path = 'GET /api/events?type=a.*%2Cb.c&deviceId=d&limit=7'
  const answers = { [path]: { body: { items: [NEWER], nextCursor: null } } }
  const { stdout } = await call(['--type', 'a.*,b.c', '--device', 'd', '--limit', '7', '--json'], answers)
  expect(JSON.parse(stdout)).toEqual([NEWER])
})

test('--limit takes what a page may hold', async () => {
  expect((await call(['--limit', '501'], {})).code).toBe(2)
})

/** A hub that ends its first stream, has no time for the next, and refuses the one after that. */
function scriptBreak(): Parameters<typeof openHubDouble>[0] {
  const script = [
    { type: 'text/event-stream', body: FRAMES },
    problem(503, 'hub_stopping'),
    problem(401, 'unauthorized'),
  ]
  return { 'GET /api/events?': () => script.shift() ?? problem(404, 'not_found') }
}

test('--follow prints a line for each, says what is missing, and comes again until it is refused', async () => {
  const { code, stdout, stderr } = await call(['--follow'], scriptBreak())
  expect(stdout).toBe(`${NEWER.at}  device.connected  id=d, address=\\u001b[2J\n`)
  expect([code, stderr.trimEnd().split('\n')]).toEqual([
    1,
    [
      'Some events before this one are not kept any more',
      'The connection to the hub has broken: trying until it is back',
      'signet: It is unauthorized (unauthorized)',
    ],
  ])
  expect((await call(['--follow', '--json'], scriptBreak())).stdout).toBe(`${JSON.stringify(NEWER)}\n`)
})

test('--follow does not wait for a hub that was never there', async () => {
  await using folder = await temporaryFolder()
  const { code, stderr } = await run({ argv: ['events', '--follow'], cwd: folder.path })
  expect([code, stderr]).toEqual([1, expect.stringContaining('start it with signet start')])
})

test('--follow ends well when it is asked to stop between two attempts', async () => {
  await using folder = await temporaryFolder()
  await using _hub = await openHubDouble(scriptBreak(), { folder: folder.path })
  const signals = new EventEmitter()
  const onOutput = (text: string) => void (text.includes('has broken') && queueMicrotask(() => signals.emit('SIGTERM')))
  const { code } = await run({ argv: ['events', '--follow'], cwd: folder.path, signals, onOutput })
  expect([code, signals.listenerCount('SIGTERM')]).toEqual([0, 0])
})

test('--follow tells why it is refused', async () => {
  const { code, stderr } = await call(['--follow'], { 'GET /api/events?': problem(403, 'forbidden') })
  expect([code, stderr]).toEqual([1, expect.stringContaining('forbidden')])
})

test('--follow ends well when it is asked to stop', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'data'))
  await using server = createServer((_request, response) => void response.write(FRAMES))
  await once(server.listen(join(folder.path, 'data', 'hub.sock')), 'listening')
  const signals = new EventEmitter()
  const onOutput = (text: string) => void (text.includes('device.connected') && signals.emit('SIGINT'))
  const { code } = await run({ argv: ['events', '--follow'], cwd: folder.path, signals, onOutput })
  expect([code, signals.listenerCount('SIGINT')]).toEqual([0, 0])
})

test('--follow ends when nobody reads what it prints any more', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'data'))
  await using server = createServer((_request, response) => void response.write(FRAMES))
  await once(server.listen(join(folder.path, 'data', 'hub.sock')), 'listening')
  const output = new AbortController()
  const onOutput = (text: string) => void (text.includes('device.connected') && output.abort())
  const call = { argv: ['events', '--follow'], cwd: folder.path, outputEnded: output.signal, onOutput }
  expect((await run(call)).code).toBe(0)
})
