import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ConfigInput } from '../../src/config.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { atHub, saveCredentials } from '../support/mosquitto.ts'
import { type Ended, type Program, runProgram, startProgram } from '../support/program.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

type Skips = Parameters<typeof needPrograms>[0]

test('a retained message is kept until an empty one, and only who comes later sees that it was retained', async (context) => {
  await using scene = await openScene(context)
  await using live = await scene.subscribe('live', '-q 1 -t kept')
  await scene.publish('-q 1 -t kept -m first -r')
  expect(await live.line(/^kept/)).toBe('kept 1 0 first')
  await using late = await scene.subscribe('late', '-q 1 -t kept')
  expect(await late.line(/^kept/)).toBe('kept 1 1 first')
  await scene.publish('-q 1 -t kept -n -r')
  await live.line(/^kept 1 0 $/)
  await using last = await scene.subscribe('last', '-q 1 -t kept')
  await scene.publish('-q 1 -t kept -m live')
  await last.line(/^kept 1 0 live$/)
  expect(messagesIn(last)).toEqual(['kept 1 0 live'])
})

test('a will is published when its client is killed, and not when it disconnects', async (context) => {
  await using scene = await openScene(context)
  await using watcher = await scene.subscribe('watcher', '-q 1 -t will/#')
  const withWill = (name: string): Promise<Program> =>
    scene.subscribe(name, `-q 1 -t nothing --will-topic will/${name} --will-payload gone --will-qos 1`)
  await using killed = await withWill('killed')
  await using stopped = await withWill('stopped')
  await stopped.stop('SIGTERM')
  await killed.stop('SIGKILL')
  await watcher.line(/^will\/killed 1 0 gone$/)
  await scene.publish('-q 1 -t will/after -m x')
  await watcher.line(/^will\/after/)
  expect(messagesIn(watcher)).toEqual(['will/killed 1 0 gone', 'will/after 1 0 x'])
})

test('the same client id takes over, and is not there twice', async (context) => {
  await using scene = await openScene(context)
  const { connected, disconnected } = countSessions(scene.hub)
  await using first = await scene.subscribe('same', '-q 1 -t a')
  // It would come back, and they would take turns.
  void first.stop('SIGSTOP')
  await using second = await scene.subscribe('same', '-q 1 -t a')
  await disconnected
  await scene.publish('-q 1 -t a -m x')
  expect(await second.line(/^a /)).toBe('a 1 0 x')
  expect(connected()).toBe(3)
  await first.stop('SIGKILL')
})

test('wildcards match as they should, and nothing of $SYS', async (context) => {
  await using scene = await openScene(context)
  await using all = await scene.subscribe('all', "-q 1 -t '#'")
  await using level = await scene.subscribe('level', "-q 1 -t 'a/+/c'")
  await using below = await scene.subscribe('below', "-q 1 -t 'a/#'")
  for (const topic of ['a', 'a/b', 'a/b/c', 'a//c', 'b', '/a', 'end']) await scene.publish(`-q 1 -t ${topic} -m x`)
  await scene.publish('-q 1 -t a/end/c -m x')
  await Promise.all([all, level, below].map((subscriber) => subscriber.line(/^a\/end\/c/)))
  const topics = (subscriber: Program): readonly string[] =>
    messagesIn(subscriber).map((line) => line.split(' ')[0] ?? '')
  expect(topics(all)).toEqual(['a', 'a/b', 'a/b/c', 'a//c', 'b', '/a', 'end', 'a/end/c'])
  expect(topics(level)).toEqual(['a/b/c', 'a//c', 'a/end/c'])
  expect(topics(below)).toEqual(['a', 'a/b', 'a/b/c', 'a//c', 'a/end/c'])
})

test('a packet of exactly limits.packet_bytes passes, and one of a byte more is refused', async (context) => {
  const packetBytes = 100_000
  await using scene = await openScene(context, { limits: { packet_bytes: packetBytes } })
  await using subscriber = await scene.subscribe('subscriber', "-q 0 -t 'big/#'", '%t %l')
  // MQTT 3.1.1 §3.3: a first octet, three of length, two of the topic's length, five of topic.
  const largest = packetBytes - 4 - 2 - 'big/x'.length
  for (const length of [largest + 1, largest]) {
    await writeFile(join(scene.hub.folder, 'payload'), Buffer.alloc(length, 'x'))
    await scene.publish('-q 0 -t big/x -f payload')
  }
  expect(await subscriber.line(/^big/)).toBe(`big/x ${largest}`)
  expect(await scene.hub.refusals()).toContainEqual(expect.objectContaining({ cause: 'packet_too_large' }))
})

for (const qos of [0, 1, 2]) {
  test(`QoS ${qos} is delivered at QoS ${qos}, to a lower subscription at its own`, async (context) => {
    await using scene = await openScene(context)
    await using same = await scene.subscribe('same', '-q 2 -t a')
    await using lower = await scene.subscribe('lower', '-q 1 -t a')
    await scene.publish(`-q ${qos} -t a -m x`)
    expect(await same.line(/^a /)).toBe(`a ${qos} 0 x`)
    expect(await lower.line(/^a /)).toBe(`a ${Math.min(qos, 1)} 0 x`)
  })
}

test('a persistent session is resumed with all that came meanwhile, in order', async (context) => {
  await using scene = await openScene(context)
  const before = await scene.subscribe('away', '-c -q 2 -t a')
  await before.stop('SIGKILL')
  for (const payload of ['1', '2', '3']) await scene.publish(`-q 2 -t a -m ${payload}`)
  await using after = await scene.subscribe('away', '-c -q 2 -t b')
  await after.line(/^a 2 0 3$/)
  expect(messagesIn(after)).toEqual(['a 2 0 1', 'a 2 0 2', 'a 2 0 3'])
})

interface Scene extends AsyncDisposable {
  readonly hub: TestHub
  publish(flags: string): Promise<Ended>
  /** Resolves when it has subscribed; prints topic, QoS, whether it was retained, and payload. */
  subscribe(clientId: string, flags: string, format?: string): Promise<Program>
}

async function openScene(context: Skips, settings: ConfigInput = {}): Promise<Scene> {
  needPrograms(context, 'mosquitto_pub', 'mosquitto_sub', 'stdbuf')
  const hub = await startTestHub({ settings })
  const peer = `${atHub(hub)} ${await saveCredentials(hub.folder, 'peer', await hub.enrolService('peer', ['#']))}`
  return {
    hub,
    publish: (flags) => runProgram(`mosquitto_pub ${peer} ${flags}`, { cwd: hub.folder }),
    async subscribe(clientId, flags, format = '%t %q %r %p') {
      // Into a pipe, mosquitto_sub writes when its buffer is full.
      const line = `stdbuf -oL mosquitto_sub -d ${peer} -i peer:${clientId} -F '${format}' ${flags}`
      const program = startProgram(line, { cwd: hub.folder })
      await program.line(/received SUBACK/)
      return program
    },
    [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose](),
  }
}

/** How many have connected, and when the first has gone. */
function countSessions({ hub }: TestHub) {
  let count = 0
  hub.events.subscribe('device.connected', () => count++)
  const disconnected = new Promise<void>((resolve) => hub.events.subscribe('device.disconnected', () => resolve()))
  return { connected: () => count, disconnected }
}

function messagesIn({ output }: Program): readonly string[] {
  return output.split('\n').filter((line) => line !== '' && !/^(?:Client |Subscribed)/.test(line))
}
