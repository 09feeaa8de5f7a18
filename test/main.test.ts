import { EventEmitter } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { localHubAddress } from '../src/cli/hub/hub-address.ts'
import { createHubClient } from '../src/cli/hub/hub-client.ts'
import { DomainError, type ErrorCode } from '../src/errors.ts'
import { main } from '../src/main.ts'
import { createTerminal, run } from './cli/terminal.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

test('without a verb it prints help on stdout and exits 2', async () => {
  const { code, stdout, stderr } = await run({ argv: [], cwd: '/' })
  expect({ code, stderr }).toEqual({ code: 2, stderr: '' })
  for (const verb of [
    'start',
    'device',
    'service',
    'token',
    'policy',
    'ca',
    'refusals',
    'doctor',
    'simulate',
    'config',
  ]) {
    expect(stdout).toMatch(new RegExp(`^ {2}${verb} `, 'm'))
  }
})

describe('the version is printed, exit 0', () => {
  for (const argv of [['version'], ['--version'], ['-V']]) {
    test(argv.join(' '), async () => {
      expect(await run({ argv, cwd: '/' })).toMatchObject({
        code: 0,
        stdout: `signet ${manifest.version}\n`,
        stderr: '',
      })
    })
  }
})

describe('help is printed on stdout, exit 0', () => {
  for (const { argv, word } of [
    { argv: ['--help'], word: 'Commands:' },
    { argv: ['help', 'device'], word: 'revoke' },
    { argv: ['start', '--help'], word: '--limits-topic-levels' },
    { argv: ['config', 'show', '-h'], word: '--api-port' },
    { argv: ['simulate', '--help'], word: '--mqtt-secure-port' },
  ]) {
    test(argv.join(' '), async () => {
      const { code, stdout, stderr } = await run({ argv, cwd: '/' })
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toContain(word)
    })
  }
})

describe('a wrong call is one sentence on stderr, exit 2', () => {
  for (const { argv, sentence } of [
    { argv: ['devic'], sentence: "signet: unknown command 'devic' (Did you mean device?)\n" },
    { argv: ['device', 'list', '--jsn'], sentence: "signet: unknown option '--jsn' (Did you mean --json?)\n" },
    { argv: ['device', 'show'], sentence: "signet: missing required argument 'id'\n" },
    { argv: ['token', 'create', 'x'], sentence: "signet: required option '--role <role>' not specified\n" },
    { argv: ['start', 'now'], sentence: "signet: unexpected argument 'now'\n" },
    { argv: ['--api-port', '1', 'start'], sentence: "signet: unknown option '--api-port'\n" },
  ]) {
    test(argv.join(' '), async () => {
      expect(await run({ argv, cwd: '/' })).toMatchObject({ code: 2, stdout: '', stderr: sentence })
    })
  }

  test('a noun without its verb prints the help of the noun on stderr', async () => {
    const { code, stdout, stderr } = await run({ argv: ['device'], cwd: '/' })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('suspend')
  })
})

test('a bad configuration is one line for each fault on stderr, exit 78, and nothing starts', async () => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'config.yaml'), 'api: { prot: 1 }\n')
  const finished = await run({
    argv: ['start', '--mqtt-prot', '1', '--log-level', 'loud'],
    cwd: folder.path,
    env: { SIGNET_DATADIR: 'x' },
  })
  expect(finished).toMatchObject({ code: 78, stdout: '' })
  expect(finished.stderr.split('\n')).toEqual([
    'signet: config.yaml:1 api.prot: unknown setting; the nearest is api.port',
    'signet: SIGNET_DATADIR: unknown variable; the nearest is SIGNET_DATA_DIR',
    'signet: --mqtt-prot: unknown flag; the nearest is --mqtt-port',
    'signet: --log-level: expected one of fatal, error, warn, info, debug, trace, silent, found "loud"',
    '',
  ])
})

describe('a hub that cannot start says why in one sentence', () => {
  for (const { code, exit } of [
    { code: 'configuration_invalid', exit: 78 },
    { code: 'database_corrupt', exit: 78 },
    { code: 'database_too_new', exit: 78 },
    { code: 'file_invalid', exit: 78 },
    { code: 'file_permissions', exit: 78 },
    { code: 'file_unreachable', exit: 78 },
    { code: 'issuer_expired', exit: 78 },
    { code: 'key_mismatch', exit: 78 },
    { code: 'port_unavailable', exit: 1 },
    { code: 'data_folder_in_use', exit: 1 },
  ] as const satisfies readonly { code: ErrorCode; exit: number }[]) {
    test(`${code}: exit ${exit}`, async () => {
      await using folder = await temporaryFolder()
      const signals = new EventEmitter()
      const startHub = (): never => {
        throw new DomainError(code, 'It is so, mend it')
      }
      const finished = await run({ argv: ['start'], cwd: folder.path, startHub, signals })
      expect(finished).toMatchObject({ code: exit, stdout: '', stderr: 'signet: It is so, mend it\n' })
      expect(signals.eventNames()).toEqual([])
    })
  }

  test('an error that nobody foresaw is printed whole, with its cause, exit 1', async () => {
    await using folder = await temporaryFolder()
    const startHub = (): never => {
      throw new TypeError('no such thing', { cause: new Error('deeper') })
    }
    const { code, stderr } = await run({ argv: ['start'], cwd: folder.path, startHub })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^signet: TypeError: no such thing\n {4}at .*main\.test\.ts/)
    expect(stderr).toContain('deeper')
  })
})

test('the hub is given the configuration, and a logger of the level and form it says', async () => {
  await using folder = await temporaryFolder()
  const { terminal, read } = createTerminal({ cwd: folder.path })
  let port = 0
  await main(['start', '--api-port=3001', '--log-level=warn'], {}, terminal, async (config, { logger }) => {
    port = config.api.port
    logger.info('not this')
    logger.warn('this')
    throw new DomainError('port_unavailable', 'enough')
  })
  expect(port).toBe(3001)
  expect(JSON.parse(read().stdout)).toMatchObject({ level: 'warn', msg: 'this' })
})

describe('the log is text on a terminal and JSON elsewhere, unless log.format says', () => {
  for (const { isTTY, flags, isJson } of [
    { isTTY: true, flags: [], isJson: false },
    { isTTY: false, flags: [], isJson: true },
    { isTTY: true, flags: ['--log-format=json'], isJson: true },
    { isTTY: false, flags: ['--log-format=text'], isJson: false },
  ]) {
    test(`${isTTY ? 'terminal' : 'pipe'} ${flags.join(' ')}: ${isJson ? 'JSON' : 'text'}`, async () => {
      await using folder = await temporaryFolder()
      const { terminal, read } = createTerminal({ cwd: folder.path, isTTY })
      await main(['start', ...flags], {}, terminal, async (_, { logger }) => {
        logger.info('Hub started')
        throw new DomainError('port_unavailable', 'enough')
      })
      expect(read().stdout.startsWith('{')).toBe(isJson)
      expect(read().stdout).toContain('Hub started')
    })
  }
})

test('start, with no configuration at all, starts the hub and stops it again', async () => {
  await using folder = await temporaryFolder()
  const signals = new EventEmitter()
  const { terminal, read } = createTerminal({
    cwd: folder.path,
    signals,
    isTTY: true,
    onOutput: (text) => text.includes('Next: ') && signals.emit('SIGTERM'),
  })
  expect(await main(['start', '--api-port=0', '--mqtt-port=0'], {}, terminal)).toBe(0)
  expect(read()).toMatchObject({ stderr: '', abandoned: false })
  expect(await readFile(join(folder.path, 'certs', 'ca-cert.pem'), 'utf8')).toContain('BEGIN CERTIFICATE')
})

test('the hub tells where in the file a setting stands, also once the file is read again', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'config.yaml')
  await writeFile(file, 'log: { level: warn }\n')
  const signals = new EventEmitter()
  const { promise: started, resolve: tellStarted } = Promise.withResolvers<void>()
  const onOutput = (text: string) => void (text.includes('Next: ') && tellStarted())
  const { terminal } = createTerminal({ cwd: folder.path, signals, isTTY: true, onOutput })
  const finished = main(['start', '--api-port=0', '--mqtt-port=0'], {}, terminal)
  await Promise.race([started, finished])
  const hub = createHubClient(localHubAddress(join(folder.path, 'data')), () => undefined)
  const readLevel = async () => {
    const { items } = await hub.call<{ readonly items: readonly { readonly key: string }[] }>('GET', '/api/config')
    return items.find(({ key }) => key === 'log.level')
  }
  try {
    expect(await readLevel()).toMatchObject({
      value: 'warn',
      origin: { layer: 'file', place: 'config.yaml:1 log.level' },
    })
    await writeFile(file, '# quieter\nlog: { level: error }\n')
    await hub.call('POST', '/api/config/reload')
    expect(await readLevel()).toMatchObject({
      value: 'error',
      origin: { layer: 'file', place: 'config.yaml:2 log.level' },
    })
  } finally {
    signals.emit('SIGTERM')
    expect(await finished).toBe(0)
  }
})

test('start lends the hub the terminal to ask for the passphrase of the CA, and lets go of it', async () => {
  await using folder = await temporaryFolder()
  const answers: (string | undefined)[] = []
  const { code, stdout, stderr } = await run({
    argv: ['start'],
    cwd: folder.path,
    keys: ['secret word\r', '\r'],
    startHub: async (_config, { askSecret }) => {
      answers.push(await askSecret?.(), await askSecret?.())
      throw new DomainError('ca_locked', 'enough')
    },
  })
  expect(answers).toEqual(['secret word', undefined])
  expect(stdout).toBe('')
  expect(stderr.split('\n')).toEqual([
    expect.stringMatching(/^Passphrase of the CA's key, .*: $/),
    expect.stringMatching(/^Passphrase of the CA's key, .*: $/),
    'signet: enough',
    '',
  ])
  expect(code).toBe(1)
})
