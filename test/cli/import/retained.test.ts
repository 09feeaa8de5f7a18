import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { collectRetained } from '../../../src/cli/import/retained-messages.ts'
import { startTestHub, type TestHub } from '../../support/test-hub.ts'
import { run } from '../terminal.ts'

/** A hub with a service, whose files stand in its folder. */
async function startWithService(allow: readonly string[]): Promise<TestHub> {
  const hub = await startTestHub()
  const { cert, key } = await hub.enrolService('mover', allow)
  await writeFile(join(hub.folder, 'mover.pem'), cert)
  await writeFile(join(hub.folder, 'mover-key.pem'), key)
  return hub
}

async function publish(hub: TestHub, messages: Readonly<Record<string, string>>): Promise<void> {
  const client = await hub.connect(await hub.enrolService('writer', ['#']))
  for (const [topic, payload] of Object.entries(messages))
    await client.publishAsync(topic, payload, { qos: 1, retain: true })
}

function lineOf(source: TestHub, target: TestHub): readonly string[] {
  const files = (hub: TestHub, prefix: string): readonly string[] => [
    ...[`--${prefix}ca`, join(hub.certsDir, 'ca-cert.pem')],
    ...[`--${prefix}cert`, join(hub.folder, 'mover.pem')],
    ...[`--${prefix}key`, join(hub.folder, 'mover-key.pem')],
  ]
  const addresses = [
    '--from',
    `mqtts://localhost:${source.hub.mqttPort}`,
    '--hub',
    `mqtts://localhost:${target.hub.mqttPort}`,
  ]
  return ['import', 'retained', '--quiet', '0', ...addresses, ...files(source, ''), ...files(target, 'hub-')]
}

function undoLineOf(hub: TestHub, file: string): readonly string[] {
  const files = ['--hub-ca', join(hub.certsDir, 'ca-cert.pem'), '--hub-cert', join(hub.folder, 'mover.pem')]
  const target = ['--quiet', '0', '--hub', `mqtts://localhost:${hub.hub.mqttPort}`]
  return ['import', 'undo', file, ...target, ...files, '--hub-key', join(hub.folder, 'mover-key.pem')]
}

describe('retained messages', () => {
  test('are counted, and copied when they are to be', async () => {
    await using source = await startWithService(['#'])
    await using target = await startWithService(['#'])
    await publish(source, { 'a/1': 'one', 'a/2': 'two', 'b/1': 'three' })
    const argv = lineOf(source, target)
    const counted = await run({ argv: [...argv, '--topic', 'a/#', '--json'], cwd: source.folder })
    expect(JSON.parse(counted.stdout)).toEqual([
      { topicName: 'a/1', bytes: 3 },
      { topicName: 'a/2', bytes: 3 },
    ])
    const { token } = (await source.api('POST', '/api/services/mover/tokens')).json()
    await writeFile(join(source.folder, 'password'), `${token}\n`)
    const login = ['--username', 'mover', '--password-file', 'password']
    const dryRun = await run({ argv: [...argv, ...login], cwd: source.folder })
    expect(dryRun).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/Retained messages +3\nBytes +11\nKept by the hub +nothing yet/),
    })
    expect((await run({ argv: [...argv, '--apply'], cwd: source.folder })).stdout).toMatch(/Kept by the hub +3/)
    const again = await run({ argv: lineOf(target, source).concat('--json'), cwd: source.folder })
    expect(JSON.parse(again.stdout)).toHaveLength(3)
  })

  test('that the service may not publish are told, though they were acknowledged', async () => {
    await using source = await startWithService(['#'])
    await using target = await startWithService(['a/+'])
    const rules = [
      { effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: 'a/+' },
      { effect: 'deny', actions: ['publish'], topicFilter: 'a/2' },
    ]
    await target.api('PUT', '/api/policies/service:mover', { body: { rules } })
    await publish(source, { 'a/1': 'one', 'a/2': 'two' })
    const argv = [...lineOf(source, target), '--topic', 'a/+', '--apply']
    const { code, stdout, stderr } = await run({ argv, cwd: source.folder })
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringMatching(/Kept by the hub +1\n/) })
    expect(stderr).toMatch(/^signet: 1 messages were not kept, such as a\/2: /m)
  })

  test('go again with the report: what was copied is removed, what it replaced put back, what is newer kept', async () => {
    await using source = await startWithService(['#'])
    await using target = await startWithService(['#'])
    await publish(source, { new: 'new', replaced: 'copied', alike: 'alike', newer: 'copied' })
    const writer = await target.connect(await target.enrolService('writer', ['#']))
    const say = (topic: string, payload: string) => writer.publishAsync(topic, payload, { qos: 1, retain: true })
    await say('replaced', 'before')
    await say('alike', 'alike')
    const applied = await run({ argv: [...lineOf(source, target), '--apply'], cwd: source.folder })
    expect(applied).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('signet import undo retained-report.json'),
    })
    await say('newer', 'newer')

    const undo = { argv: undoLineOf(target, 'retained-report.json'), cwd: source.folder }
    const undone = await run(undo)
    expect(undone).toMatchObject({ code: 0, stderr: '' })
    expect(undone.stdout).toBe(
      'Removed                       1\nPut back                      1\nPublished since, or not kept  1\n',
    )
    const left = Object.fromEntries(await collectRetained(writer, '#', 0))
    expect(left).toEqual({
      replaced: Buffer.from('before'),
      alike: Buffer.from('alike'),
      newer: Buffer.from('newer'),
    })
    expect((await run(undo)).stdout).toContain('Published since, or not kept  3')
  })

  test('are of the hub of the configuration where no other is named', async () => {
    await using source = await startWithService(['#'])
    await using target = await startWithService(['#'])
    await publish(source, { 'a/1': 'one' })
    const withoutHub = (argv: readonly string[]) =>
      argv.filter((word, index) => word !== '--hub' && argv[index - 1] !== '--hub')
    const env = { SIGNET_MQTT__PORT: String(target.hub.mqttPort) }
    const copied = await run({ argv: [...withoutHub(lineOf(source, target)), '--apply'], cwd: source.folder, env })
    expect(copied.stdout).toMatch(/Kept by the hub +1\n/)
    const undone = await run({
      argv: withoutHub(undoLineOf(target, 'retained-report.json')),
      cwd: source.folder,
      env,
    })
    expect(undone.stdout).toMatch(/Removed +1\n/)
  })

  test('that the service may not remove are told', async () => {
    await using source = await startWithService(['#'])
    await using target = await startWithService(['#'])
    await publish(source, { 'a/1': 'one' })
    await run({ argv: [...lineOf(source, target), '--apply'], cwd: source.folder })
    const rules = [{ effect: 'allow', actions: ['subscribe'], topicFilter: '#' }]
    await target.api('PUT', '/api/policies/service:mover', { body: { rules } })
    const { code, stderr } = await run({ argv: undoLineOf(target, 'retained-report.json'), cwd: source.folder })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/1 messages are still there, such as a\/1: /),
    })
  })

  test('are not copied where the way back cannot be written down', async () => {
    await using source = await startWithService(['#'])
    await using target = await startWithService(['#'])
    await publish(source, { 'a/1': 'one' })
    const argv = [...lineOf(source, target), '--apply', '--report', 'no/such/folder.json']
    const { code, stderr } = await run({ argv, cwd: source.folder })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^signet: Nothing was copied, but .* ENOENT/),
    })
    const reader = await target.connect(await target.enrolService('reader', ['#']))
    expect(await collectRetained(reader, '#', 0)).toEqual(new Map())
  })

  test('are not what is published while they come', async () => {
    await using source = await startWithService(['#'])
    await publish(source, { kept: 'one' })
    const client = await source.connect(await source.enrolService('reader', ['#']))
    await client.subscribeAsync('#')
    client.on('packetsend', ({ cmd }) => cmd === 'subscribe' && client.publish('live', 'two'))
    const live = new Promise((resolve) => client.on('message', (topic) => topic === 'live' && resolve(topic)))
    expect([...(await collectRetained(client, '#', 100)).keys()]).toEqual(['kept'])
    await live
  })

  test('are none where the connection is lost before all have come', async () => {
    await using source = await startWithService(['#'])
    const client = await source.connect(await source.enrolService('reader', ['#']))
    client.on('packetsend', ({ cmd }) => cmd === 'pingreq' && client.stream.destroy())
    await expect(collectRetained(client, '#', 0)).rejects.toThrow('the connection was closed')
  })

  test('of a broker that does not answer are none', async () => {
    await using source = await startWithService(['#'])
    const argv = ['import', 'retained', '--from', `mqtts://localhost:${source.hub.mqttPort}`]
    const { code, stderr } = await run({ argv, cwd: source.folder })
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^signet: mqtts:\/\/localhost:\d+: /) })
  })
})
