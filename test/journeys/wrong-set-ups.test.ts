import { EventEmitter, once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { startHub } from '../../src/app.ts'
import { openDatabase } from '../../src/db/database.ts'
import { type Finished, run } from '../cli/terminal.ts'
import { createForeignCa } from '../support/certificate-maker.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub } from '../support/test-hub.ts'

interface WrongSetUp {
  readonly name: string
  /** Spoils what a hub has left in the folder when it stopped. */
  readonly spoil: (folder: string) => void | Promise<void>
  readonly flags?: readonly string[]
  readonly code: 1 | 78
  readonly sentence: RegExp
}

const CA_KEY = 'certs/ca-key.pem'
const CA_CERTIFICATE = 'certs/ca-cert.pem'
const DATABASE = 'data/hub.db'

const AFTER_A_FIRST_START: readonly WrongSetUp[] = [
  {
    name: 'a CA key that others may read',
    spoil: (folder) => chmodSync(join(folder, CA_KEY), 0o644),
    code: 78,
    sentence: /ca-key\.pem.*chmod 600 .*ca-key\.pem/,
  },
  {
    name: 'a CA key that does not fit its certificate',
    spoil: async (folder) => writeFileSync(join(folder, CA_CERTIFICATE), (await createForeignCa('CN=Other')).pem),
    code: 78,
    sentence: /ca-(?:key|cert)\.pem.*(?:fit|belong)/,
  },
  {
    name: 'a server key that does not fit its certificate',
    spoil: (folder) => cpSync(join(folder, CA_KEY), join(folder, 'certs/server-key.pem')),
    code: 78,
    sentence: /server-(?:key|cert)\.pem/,
  },
  {
    name: 'a truncated CA certificate',
    spoil: (folder) => truncateSync(join(folder, CA_CERTIFICATE), 300),
    code: 78,
    sentence: /ca-cert\.pem/,
  },
  {
    name: 'a truncated CA key',
    spoil: (folder) => truncateSync(join(folder, CA_KEY), 100),
    code: 78,
    sentence: /ca-key\.pem/,
  },
  {
    name: 'a corrupt database',
    spoil: (folder) => writeFileSync(join(folder, DATABASE), Buffer.alloc(20_000, 7)),
    code: 78,
    sentence: /hub\.db/,
  },
  {
    name: 'a database that was cut off',
    spoil: (folder) => truncateSync(join(folder, DATABASE), 50_000),
    code: 78,
    sentence: /hub\.db/,
  },
  {
    name: 'a database of a newer version',
    spoil(folder) {
      const database = new SQLite(join(folder, DATABASE))
      database
        .prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)')
        .run('future', 4_102_444_800_000)
      database.close()
    },
    code: 78,
    sentence: /hub\.db was written by a newer Signet/,
  },
]

describe('a hub that had started before refuses to start with', () => {
  test.each(AFTER_A_FIRST_START)('$name', async ({ spoil, code, sentence }) => {
    await using folder = await temporaryFolder()
    await (await startTestHub({ folder: folder.path }))[Symbol.asyncDispose]()
    await spoil(folder.path)
    const before = contentsOf(folder.path)

    expectOneSentence(await start(folder.path), code, sentence)
    expect(contentsOf(folder.path)).toEqual(before)
  })
})

test('a CA that has expired by our clock refuses to start, and is left as it is', async () => {
  await using folder = await temporaryFolder()
  await (await startTestHub({ folder: folder.path }))[Symbol.asyncDispose]()
  const before = contentsOf(folder.path)
  const eleventhYear = (): Date => new Date(Date.now() + 11 * 365 * 86_400_000)
  const finished = await start(folder.path, [], (config, overrides) =>
    startHub(config, { ...overrides, clock: eleventhYear }),
  )
  expectOneSentence(finished, 78, /expired/)
  expect(contentsOf(folder.path)).toEqual(before)
})

describe('a first start leaves no folder behind when', () => {
  test('settings are unknown or mistyped: all are told at once, with the nearest name', async () => {
    await using folder = await temporaryFolder()
    writeFileSync(join(folder.path, 'config.yaml'), 'api:\n  prot: 3000\nmqtt:\n  port: many\nlimit: {}\n')
    const { code, stderr } = await run({
      argv: ['start', '--log-levl', 'info', '--api-port', '99999'],
      cwd: folder.path,
      env: { SIGNET_MQTT__HOTS: 'localhost', SIGNET_LOG__LEVEL: 'loud' },
      startHub,
    })
    expect(code).toBe(78)
    for (const word of [
      'api.prot',
      'api.port',
      'mqtt.port',
      'limit',
      'limits',
      '--log-levl',
      '--log-level',
      '--api-port',
      'SIGNET_MQTT__HOTS',
      'SIGNET_MQTT__HOST',
      'SIGNET_LOG__LEVEL',
    ]) {
      expect(stderr).toContain(word)
    }
    expect(readdirSync(folder.path)).toEqual(['config.yaml'])
  })
})

describe('a port that is taken is named with the setting that mends it', () => {
  test.each(['api', 'mqtt'])('%s', async (listener) => {
    await using folder = await temporaryFolder()
    const other = createServer().listen(0)
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' ? address?.port : 0
    const finished = await start(folder.path, [`--${listener}-port`, String(port)])
    other.close()

    expectOneSentence(finished, 1, new RegExp(`${port} is taken by another program.*${listener}\\.port`))
    expect(existsSync(join(folder.path, 'data/hub.sock'))).toBe(false)
    // Whole, so that the next start succeeds.
    await using _ = await startTestHub({ folder: folder.path })
  })
})

test('a folder that cannot be written is named', async () => {
  await using folder = await temporaryFolder()
  writeFileSync(join(folder.path, 'file'), '')
  expectOneSentence(await start(folder.path, ['--data-dir', 'file/data']), 78, /file\/data cannot be used as data_dir/)
  expectOneSentence(await start(folder.path, ['--certs-dir', 'file/certs']), 78, /file/)
})

test('a second start on the same data folder is refused with the pid of the first', async () => {
  await using folder = await temporaryFolder()
  await using _ = await startTestHub({ folder: folder.path })
  expectOneSentence(await start(folder.path), 1, new RegExp(`process ${process.pid}\\) uses .*data_dir`))
})

test('a CA without its key, or a key without its certificate, is left as it is', async () => {
  for (const [kept, missing] of [
    ['ca-cert.pem', 'ca-key.pem'],
    ['ca-key.pem', 'ca-cert.pem'],
  ] as const) {
    await using donor = await temporaryFolder()
    await (await startTestHub({ folder: donor.path }))[Symbol.asyncDispose]()
    await using folder = await temporaryFolder()
    mkdirSync(join(folder.path, 'certs'))
    cpSync(join(donor.path, 'certs', kept), join(folder.path, 'certs', kept))
    expectOneSentence(await start(folder.path), 78, new RegExp(missing.replace('.', '\\.')))
    expect(readdirSync(join(folder.path, 'certs'))).toEqual([kept])
  }
})

test('a second start creates nothing anew', async () => {
  await using folder = await temporaryFolder()
  await (await startTestHub({ folder: folder.path }))[Symbol.asyncDispose]()
  const before = [readFiles(folder.path), readTables(folder.path)]
  await (await startTestHub({ folder: folder.path }))[Symbol.asyncDispose]()
  expect([readFiles(folder.path), readTables(folder.path)]).toEqual(before)
})

async function start(
  folder: string,
  flags: readonly string[] = [],
  starter: Parameters<typeof run>[0]['startHub'] = startHub,
): Promise<Finished> {
  // If it starts after all it is told to stop, so that the test fails by its exit code and not by its time.
  const signals = new EventEmitter()
  const argv = ['start', '--api-port', '0', '--mqtt-port', '0', '--log-format', 'json', ...flags]
  return run({
    argv,
    cwd: folder,
    signals,
    ...(starter ? { startHub: starter } : {}),
    onOutput: (text) => text.includes('Hub ready') && setImmediate(() => signals.emit('SIGTERM')),
  })
}

function expectOneSentence({ code, stderr }: Finished, expectedCode: number, sentence: RegExp): void {
  expect(stderr).toMatch(sentence)
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  expect(stderr).toMatch(/^signet: /)
  expect(code).toBe(expectedCode)
}

/** Every file with its bytes, but for the empty lock and the log that SQLite may leave. */
function contentsOf(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/hub\.(?:lock|db-\w+)$/.test(path))
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(path).toString('base64')]))
}

function readFiles(folder: string): Readonly<Record<string, string>> {
  const { [join(folder, 'data', 'hub.db')]: _, ...others } = contentsOf(folder)
  return others
}

/** But the number of the CRL: each start signs a new one, RFC 5280 §5.2.3. */
function readTables(folder: string): readonly unknown[] {
  using database = openDatabase({ file: join(folder, 'data', 'hub.db') })
  const { sqlite } = database
  const names = sqlite.prepare<[], string>("select name from sqlite_master where type = 'table'").pluck().all()
  const lasting = names.filter((name) => name !== 'revocation_lists')
  expect(lasting.length).toBeGreaterThan(10)
  return lasting.map((name) => [name, sqlite.prepare(`select * from "${name}"`).all()])
}
