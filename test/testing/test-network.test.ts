import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { openTestNetwork } from '../../src/testing/test-network.ts'

async function openScene() {
  await using stack = new AsyncDisposableStack()
  const accepted: Socket[] = []
  const echo = createServer((socket) => {
    accepted.push(socket)
    socket.on('error', () => undefined).pipe(socket)
  }).listen(0, '127.0.0.1')
  stack.use(echo)
  await once(echo, 'listening')
  const address = echo.address()
  const network = stack.use(await openTestNetwork(typeof address === 'object' && address ? address.port : 0))
  const dialled: Socket[] = []
  stack.defer(() => {
    for (const socket of dialled) socket.destroy()
  })
  const dial = (): Socket => {
    const socket = connect(network.port, '127.0.0.1').on('error', () => undefined)
    dialled.push(socket)
    return socket.setEncoding('utf8')
  }
  const resources = stack.move()
  return { network, accepted, dial, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

/** A reset is an end too. */
function closing(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.once('close', resolve))
}

async function answerTo(socket: Socket, text: string): Promise<string> {
  const answer = once(socket, 'data')
  socket.write(text)
  return (await answer)[0]
}

test('passes on what is sent, both ways', async () => {
  await using scene = await openScene()
  expect(await answerTo(scene.dial(), 'hello')).toBe('hello')
})

test('drops the connections there are, and lets new ones in', async () => {
  await using scene = await openScene()
  const socket = scene.dial()
  await answerTo(socket, 'hello')
  const closed = closing(socket)
  scene.network.drop()
  await closed
  expect(await answerTo(scene.dial(), 'again')).toBe('again')
})

test('refuses connections until it is told to let them in', async () => {
  await using scene = await openScene()
  scene.network.refuse(true)
  await closing(scene.dial())
  expect(scene.accepted).toEqual([])
  scene.network.refuse(false)
  expect(await answerTo(scene.dial(), 'hello')).toBe('hello')
})

test('holds every chunk back, in order', async () => {
  await using scene = await openScene()
  const socket = scene.dial()
  await answerTo(socket, 'hello')
  scene.network.delay(20)
  const begun = performance.now()
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  socket.write('1')
  socket.write('2')
  while (answer !== '12') await once(socket, 'data')
  // There and back; the timers of Node may fire a millisecond early.
  expect(performance.now() - begun).toBeGreaterThan(20)
})

test('swallows what is sent while it is told to, the connection stays', async () => {
  await using scene = await openScene()
  const socket = scene.dial()
  await answerTo(socket, 'hello')
  scene.network.swallow(true)
  const received: string[] = []
  scene.accepted[0]?.on('data', (chunk) => received.push(String(chunk)))
  socket.write('lost')
  const other = scene.dial()
  await once(other, 'connect')
  scene.network.swallow(false)
  expect(await answerTo(socket, 'kept')).toBe('kept')
  expect(received.join('')).toMatch(/kept$/)
})

test('a connection that ends while bytes are held back leaves no timer', async () => {
  await using scene = await openScene()
  const socket = scene.dial()
  await answerTo(socket, 'hello')
  scene.network.delay(60_000)
  socket.write('never')
  const closed = closing(scene.accepted[0] ?? socket)
  socket.destroy()
  await closed
})

test('a hub that is not there closes the connection', async () => {
  const gone = createServer().listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const address = gone.address()
  await gone[Symbol.asyncDispose]()
  await using network = await openTestNetwork(typeof address === 'object' && address ? address.port : 0)
  const socket = connect(network.port, '127.0.0.1').on('error', () => undefined)
  await closing(socket)
})
