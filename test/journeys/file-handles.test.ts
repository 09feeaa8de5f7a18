import { once } from 'node:events'
import { Agent, request } from 'node:https'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { linkProgram, startLimitedHub } from '../support/hub-process.ts'
import { connectPacket, openRawClient } from '../support/raw-client.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub } from '../support/test-hub.ts'

// The hub itself holds 33, Node's included.
const LIMIT = 'ulimit -n 60'

test('a hub without file handles serves those it has, says so, and takes others when some are free', async () => {
  await using folder = await temporaryFolder()
  const { ca, service } = await enrol(folder.path)
  await linkProgram(folder.path)
  await using hub = await startLimitedHub(LIMIT, folder.path)
  const address = { hub, ca }
  using publisher = await openRawClient(address, service)
  publisher.send(connectPacket())
  await publisher.next('connack')
  using agent = new KeptAlive(hub.apiPort, ca)
  expect(await agent.readiness()).toMatchObject({ status: 200 })

  // More than there are handles for; they wait for a handshake that nobody begins.
  const others: Socket[] = []
  for (let index = 0; index < 60; index++) {
    const socket = connect({ port: hub.mqttPort, host: 'localhost' })
    socket.on('error', () => undefined)
    others.push(socket)
    await Promise.race([once(socket, 'connect'), once(socket, 'close')])
  }
  await hub.program.line(/No file handles are left/)
  expect(await agent.readiness()).toMatchObject({ status: 503, file_handles: false })
  publisher.send({ cmd: 'publish', topic: 'a', payload: 'x', qos: 1, messageId: 1, retain: true, dup: false })
  expect(await publisher.next('puback')).toBeDefined()

  for (const socket of others) socket.destroy()
  await hub.program.line(/File handles are free again/)
  expect(await agent.readiness()).toMatchObject({ status: 200 })
  using next = await openRawClient(address, service)
  next.send(connectPacket())
  expect(await next.next('connack')).toMatchObject({ returnCode: 0 })
  expect(hub.program.output.match(/No file handles are left/g)).toHaveLength(1)
})

async function enrol(folder: string) {
  await using hub = await startTestHub({ folder })
  return { ca: hub.ca, service: await hub.enrolService('everything', ['#']) }
}

/** Asks over one connection, for which it has a handle already. */
class KeptAlive {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #options: { readonly port: number; readonly ca: string }

  constructor(port: number, ca: string) {
    this.#options = { port, ca }
  }

  async readiness(): Promise<Readonly<Record<string, unknown>>> {
    const outgoing = request({ ...this.#options, host: 'localhost', path: '/readyz', agent: this.#agent })
    outgoing.end()
    const [incoming] = await once(outgoing, 'response')
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const { checks } = JSON.parse(Buffer.concat(chunks).toString())
    return {
      status: incoming.statusCode,
      ...Object.fromEntries(checks.map(({ name, ok }: { name: string; ok: boolean }) => [name, ok])),
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}
