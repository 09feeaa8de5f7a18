import { once } from 'node:events'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSigningRequest } from '../../support/signing-request.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../../support/test-hub.ts'
import { openHubDouble } from '../hub-double.ts'
import { run } from '../terminal.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub[Symbol.asyncDispose]())

async function writeTable(name: string, lines: readonly string[]): Promise<string> {
  await writeFile(join(hub.folder, name), `${lines.join('\n')}\n`)
  return name
}

function add(...argv: readonly string[]) {
  return run({ argv: ['device', 'add', ...argv], cwd: hub.folder })
}

describe('device add --from', () => {
  test('writes key and certificate of each device of a table, which connect', async () => {
    const table = await writeTable('fleet.csv', ['deviceId,userId', 'fleet-1,ann', 'fleet-2,ann'])
    const { code, stdout, stderr } = await add('--from', table, '--out', 'fleet')
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '2 issued\n', stderr: '' })
    const read = (file: string): Promise<string> => readFile(join(hub.folder, 'fleet', file), 'utf8')
    expect((await readdir(join(hub.folder, 'fleet'))).toSorted()).toEqual([
      'ca-cert.pem',
      'fleet-1-cert.pem',
      'fleet-1-key.pem',
      'fleet-2-cert.pem',
      'fleet-2-key.pem',
    ])
    expect((await stat(join(hub.folder, 'fleet', 'fleet-1-key.pem'))).mode & 0o777).toBe(0o600)
    const credentials = { cert: await read('fleet-1-cert.pem'), key: await read('fleet-1-key.pem') }
    expect((await hub.connect(credentials, { clientId: 'fleet-1' })).connected).toBe(true)
  })

  test('goes on where it ended: what is there stays, what is lost is named, and issued anew when that is asked for', async () => {
    const table = await writeTable('resumed.ndjson', ['{"deviceId":"kept"}', '{"deviceId":"lost"}'])
    await add('--from', table, '--out', 'resumed')
    const kept = await readFile(join(hub.folder, 'resumed', 'kept-key.pem'), 'utf8')
    await rm(join(hub.folder, 'resumed', 'lost-cert.pem'))
    await writeTable('resumed.ndjson', ['{"deviceId":"kept"}', '{"deviceId":"lost"}', '{"deviceId":"new"}'])
    const again = await add('--from', table, '--out', 'resumed')
    expect(again).toMatchObject({ code: 0, stdout: '2 skipped, 1 issued\n' })
    expect(again.stderr).toMatch(/^Warning: what 1 devices were given before is not in .*--reissue/)
    expect(await add('--from', table, '--out', 'resumed', '--reissue')).toMatchObject({
      code: 0,
      stdout: '3 skipped, 1 issued\n',
      stderr: '',
    })
    expect(await readFile(join(hub.folder, 'resumed', 'kept-key.pem'), 'utf8')).toBe(kept)
    expect(await readdir(join(hub.folder, 'resumed'))).toContain('lost-cert.pem')
  })

  test('gives a device that made its own key its certificate, again when the file is sent again', async () => {
    const { csr } = await createSigningRequest('own-key')
    const table = await writeTable('own-keys.ndjson', [JSON.stringify({ deviceId: 'own-key', csr })])
    expect(await add('--from', table, '--out', 'own-keys')).toMatchObject({ stdout: '1 certified\n' })
    const first = await readFile(join(hub.folder, 'own-keys', 'own-key-cert.pem'), 'utf8')
    await rm(join(hub.folder, 'own-keys'), { recursive: true })
    expect(await add('--from', table, '--out', 'own-keys')).toMatchObject({ stdout: '1 skipped\n', stderr: '' })
    expect(await readFile(join(hub.folder, 'own-keys', 'own-key-cert.pem'), 'utf8')).toBe(first)
    expect(await readdir(join(hub.folder, 'own-keys'))).not.toContain('own-key-key.pem')
  })

  test('tells each row that fails, does the others, and fails', async () => {
    const table = await writeTable('faulty.csv', ['deviceId', 'good-1', 'bad id', 'good-2'])
    const { code, stdout, stderr } = await add('--from', table, '--out', 'faulty')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '2 issued, 1 failed\n' })
    expect(stderr).toMatch(/^Line 3 "bad id": .* \(invalid_id\)\n/)
  })

  test('makes claim links instead, which are kept in a table that nobody else may read', async () => {
    const table = await writeTable('people.csv', ['deviceId', 'phone-1', 'phone-2'])
    expect(await add('--from', table, '--out', 'people', '--claims')).toMatchObject({
      code: 0,
      stdout: '2 claimable\n',
    })
    const path = join(hub.folder, 'people', 'claims.csv')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const [head, first] = (await readFile(path, 'utf8')).split('\n')
    expect(head).toBe('deviceId,link,expiresAt')
    expect(first).toMatch(/^phone-1,https:\/\/localhost:\d+\/claim#sgn_\w{12}_[\w-]{43},\d{4}-/)
    expect(await add('--from', table, '--out', 'people', '--claims')).toMatchObject({
      stdout: '2 skipped\n',
      stderr: '',
    })
  })

  test('a dry run keeps nothing, here or there', async () => {
    const table = await writeTable('dry.csv', ['deviceId,csr', 'dry-1,', 'dry-2,no request'])
    const { code, stdout, stderr } = await add('--from', table, '--out', 'dry', '--dry-run')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '1 possible, 1 failed\n' })
    expect(stderr).toContain('(csr_invalid)')
    expect(await readdir(hub.folder)).not.toContain('dry')
    expect(await hub.api('GET', '/api/devices/dry-1')).toMatchObject({ status: 404 })
  })

  for (const { name, argv, said } of [
    {
      name: 'a file that is not there',
      argv: ['--from', 'nowhere.csv', '--out', 'x'],
      said: 'nowhere.csv cannot be read',
    },
    { name: 'neither a device nor a table', argv: [], said: 'Name one device, or a table of them with --from FILE' },
    { name: 'a device and a table', argv: ['one', '--from', 'a.csv'], said: 'Name one device, or a table' },
  ]) {
    test(`refuses ${name}`, async () => {
      const { code, stderr } = await add(...argv)
      expect(code).toBe(1)
      expect(stderr).toContain(said)
    })
  }

  test('refuses a folder that is a file', async () => {
    await writeFile(join(hub.folder, 'a-file'), '')
    const table = await writeTable('one.csv', ['deviceId', 'never-made'])
    expect(await add('--from', table, '--out', 'a-file')).toMatchObject({ code: 1 })
    expect(await hub.api('GET', '/api/devices/never-made')).toMatchObject({ status: 404 })
  })
})

test('a hub that ends before the table does is told as that, and its progress on a terminal', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'out'))
  await writeFile(join(folder.path, 'fleet.ndjson'), '{"deviceId":"a"}\n')
  const lines = [
    { status: 'begun' },
    { status: 'progress', counts: { issued: 100 } },
    { status: 'failed', detail: 'full' },
  ]
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  const call = 'POST /api/devices/bulk?as=keys&dryRun=false&onExisting=skip'
  await using _hub = await openHubDouble({ [call]: { type: 'application/x-ndjson', body } }, { folder: folder.path })
  const argv = ['device', 'add', '--from', 'fleet.ndjson', '--out', 'out']
  const { code, stderr } = await run({ argv, cwd: folder.path, isTTY: true })
  expect(code).toBe(1)
  expect(stderr).toContain('100 rows done\r')
  expect(stderr).toContain('The hub ended before the table did: full')
})

test('an answer that breaks off is told as that', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'data'))
  await writeFile(join(folder.path, 'fleet.csv'), 'deviceId\na\n')
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    response.write('{"status":"begun"}\n', () => response.destroy())
  })
  await using _closed = { [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
  await once(server.listen(join(folder.path, 'data', 'hub.sock')), 'listening')
  const { code, stderr } = await run({
    argv: ['device', 'add', '--from', 'fleet.csv', '--out', 'out'],
    cwd: folder.path,
  })
  expect(code).toBe(1)
  expect(stderr).toContain('hung up before its answer was whole')
})
