import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RunningHub } from '../../src/cli/ports.ts'
import { stopHub } from '../../src/cli/start.ts'
import type { Config } from '../../src/config.ts'
import { ConfigurationError } from '../../src/config-error.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createTerminal, run } from './terminal.ts'

/** A hub that runs already, and finds a fault in the configuration the second time; `events` tells what becomes of it. */
function createHub(folder: string, events: EventEmitter, more: Partial<RunningHub> = {}): RunningHub {
  let reloads = 0
  return {
    mqttPort: 8883,
    apiPort: 3000,
    caFingerprint: 'AA:BB',
    caCreated: true,
    adminTokenFile: join(folder, 'data', 'admin-token'),
    serverNames: ['localhost', 'hub.example.com'],
    ...more,
    async reload() {
      events.emit('reloaded')
      if (reloads++ > 0) throw new ConfigurationError(['api.port: expected a port'])
    },
    async [Symbol.asyncDispose]() {
      events.emit('released')
    },
  }
}

interface Options {
  readonly isTTY?: boolean
  readonly argv?: readonly string[]
  readonly more?: Partial<RunningHub>
}

function start(folder: string, signals: EventEmitter, { isTTY = false, argv = ['start'], more }: Options = {}) {
  const events = new EventEmitter()
  let config: Config | undefined
  let releases = 0
  let reloads = 0
  events.on('released', () => releases++)
  events.on('reloaded', () => reloads++)
  const finished = run({
    argv,
    cwd: folder,
    signals,
    isTTY,
    async startHub(given) {
      config = given
      setImmediate(() => events.emit('started', events))
      return createHub(folder, events, more)
    },
  })
  return { finished, started: once(events, 'started'), read: () => ({ config, releases, reloads }) }
}

test('SIGHUP has the configuration read again; what is wrong with it is told, and the hub goes on', async () => {
  await using folder = await temporaryFolder()
  const signals = new EventEmitter()
  const hub = start(folder.path, signals)
  const [events] = await hub.started
  for (const reloads of [1, 2]) {
    const reloaded = once(events, 'reloaded')
    signals.emit('SIGHUP')
    await reloaded
    expect(hub.read()).toMatchObject({ reloads, releases: 0 })
  }
  signals.emit('SIGTERM')
  expect(await hub.finished).toMatchObject({ code: 0, stderr: 'signet: api.port: expected a port\n' })
  expect(signals.eventNames()).toEqual([])
})

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} releases the hub and exits 0, and a second one changes nothing`, async () => {
    await using folder = await temporaryFolder()
    const signals = new EventEmitter()
    const hub = start(folder.path, signals)
    await hub.started
    expect(hub.read().releases).toBe(0)
    signals.emit(signal)
    signals.emit(signal)
    expect(await hub.finished).toMatchObject({ code: 0, stdout: '', stderr: '', abandoned: false })
    expect(hub.read().releases).toBe(1)
    expect(signals.eventNames()).toEqual([])
  })
}

test('SIGHUP of a terminal that was closed stops the hub', async () => {
  await using folder = await temporaryFolder()
  const signals = new EventEmitter()
  const hub = start(folder.path, signals, { isTTY: true })
  await hub.started
  signals.emit('SIGHUP')
  expect(await hub.finished).toMatchObject({ code: 0 })
  expect(hub.read().releases).toBe(1)
})

test('a signal that comes while the hub starts stops it once it is ready', async () => {
  await using folder = await temporaryFolder()
  const signals = new EventEmitter()
  const events = new EventEmitter()
  const { code } = await run({
    argv: ['start'],
    cwd: folder.path,
    signals,
    async startHub() {
      signals.emit('SIGTERM')
      return createHub(folder.path, events)
    },
  })
  expect(code).toBe(0)
})

test('the banner on a terminal names the addresses, the CA, where the token lies, and what to type next', async () => {
  await using folder = await temporaryFolder()
  const signals = new EventEmitter()
  const hub = start(folder.path, signals, { isTTY: true })
  await hub.started
  signals.emit('SIGINT')
  const { stdout } = await hub.finished
  for (const part of [
    /Signet \d+\.\d+\.\d+/,
    'mqtts://localhost:8883',
    'https://localhost:3000',
    'localhost, hub.example.com',
    'AA:BB (created now)',
    `  ${join('data', 'admin-token')}\n`,
    'bin/signet.mjs device add my-device --user me',
  ]) {
    expect(stdout).toMatch(part)
  }
})

for (const { isTTY, made } of [
  { isTTY: true, made: 1 },
  { isTTY: false, made: 0 },
]) {
  test(`a set-up link is ${isTTY ? 'shown on a terminal' : 'not even made for a file or a pipe'}`, async () => {
    await using folder = await temporaryFolder()
    const signals = new EventEmitter()
    let links = 0
    const createSetUpLink = async () => `https://localhost:3000/#/sign-in/${++links}`
    const hub = start(folder.path, signals, { isTTY, more: { createSetUpLink } })
    await hub.started
    signals.emit('SIGTERM')
    const { stdout } = await hub.finished
    expect([links, stdout.split('#/sign-in/1').length - 1]).toEqual([made, made])
  })
}

describe('-d is --log-level debug, and an explicit level wins', () => {
  for (const { argv, level } of [
    { argv: ['start'], level: 'info' },
    { argv: ['start', '-d'], level: 'debug' },
    { argv: ['start', '--debug'], level: 'debug' },
    { argv: ['start', '--log-level', 'trace', '-d'], level: 'trace' },
  ]) {
    test(`${argv.join(' ')}: ${level}`, async () => {
      await using folder = await temporaryFolder()
      const signals = new EventEmitter()
      const hub = start(folder.path, signals, { argv })
      await hub.started
      signals.emit('SIGTERM')
      await hub.finished
      expect(hub.read().config?.log.level).toBe(level)
    })
  }
})

test('a hub that does not let go in time is ended with the process, and it is said', async () => {
  const { terminal, read } = createTerminal({ cwd: '/' })
  const stuck: RunningHub = {
    ...createHub('/', new EventEmitter()),
    [Symbol.asyncDispose]: () => new Promise(() => {}),
  }
  await stopHub(stuck, terminal, 5)
  expect(read()).toEqual({
    stdout: '',
    stderr: 'signet: The hub did not stop within 0.005 s and was ended\n',
    abandoned: true,
  })
})

test('a hub that fails to stop is an error', async () => {
  const { terminal, read } = createTerminal({ cwd: '/' })
  const broken: RunningHub = {
    ...createHub('/', new EventEmitter()),
    [Symbol.asyncDispose]: () => Promise.reject(new Error('disk gone')),
  }
  await expect(stopHub(broken, terminal, 5_000)).rejects.toThrow('disk gone')
  expect(read().abandoned).toBe(false)
})
