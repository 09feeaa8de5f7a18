import { once } from 'node:events'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PASSPHRASE } from '../support/backups.ts'
import { mountSmallDisk } from '../support/small-disk.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub } from '../support/test-hub.ts'
import { type Call, run } from './terminal.ts'

const BACKUPS = /\.(?:backup|tmp)/

async function withHub(
  work: (folder: string, signet: (argv: string, call?: Partial<Call>) => ReturnType<typeof run>) => Promise<void>,
) {
  await using hub = await startTestHub()
  await hub.enrol('device-001')
  await writeFile(join(hub.folder, 'passphrase'), `${PASSPHRASE}\n`)
  await work(hub.folder, (argv, call) => run({ argv: argv.split(' '), cwd: hub.folder, ...call }))
}

describe('signet backup', () => {
  test('writes a file for its owner alone, and says what is in it', () =>
    withHub(async (folder, signet) => {
      const { code, stdout, stderr } = await signet('backup my.backup --passphrase-file passphrase')
      expect([code, stderr]).toEqual([0, ''])
      for (const line of [/^Backup +my\.backup$/m, /^CA key +included$/m, /^Devices +1, services 0$/m]) {
        expect(stdout).toMatch(line)
      }
      expect((await stat(join(folder, 'my.backup'))).mode & 0o777).toBe(0o600)
      expect((await readdir(folder)).filter((name) => BACKUPS.test(name))).toEqual(['my.backup'])
    }))

  test('takes the passphrase from the settings or, twice, from the terminal', () =>
    withHub(async (_, signet) => {
      const env = { SIGNET_BACKUP__PASSPHRASE_FILE: 'passphrase' }
      expect((await signet('backup a.backup --json', { env })).code).toBe(0)
      const typed = await signet('backup b.backup', { isTTY: true, stdin: `${PASSPHRASE}\r${PASSPHRASE}\r` })
      expect(typed).toMatchObject({ code: 0, stderr: 'Passphrase: \nOnce more: \n' })
    }))

  for (const { name, argv, call, sentence } of [
    {
      name: 'a passphrase that is typed otherwise the second time',
      argv: 'backup my.backup',
      call: { isTTY: true, stdin: `${PASSPHRASE}\rcorrect horse\r` },
      sentence: 'The two passphrases differ',
    },
    {
      name: 'a short one',
      argv: 'backup my.backup',
      call: { isTTY: true, stdin: 'short\rshort\r' },
      sentence: 'A passphrase has at least 12 characters',
    },
    { name: 'nobody to ask', argv: 'backup my.backup', call: {}, sentence: 'No passphrase was given' },
    {
      name: 'an empty file',
      argv: 'backup my.backup --passphrase-file empty',
      call: {},
      sentence: 'empty is empty: write the passphrase into it',
    },
    {
      name: 'a folder that is not there',
      argv: 'backup no/my.backup --passphrase-file passphrase',
      call: {},
      sentence: 'no/my.backup cannot be written: there is no such folder: make it',
    },
  ]) {
    test(`refused/${name}, and nothing is left`, () =>
      withHub(async (folder, signet) => {
        await writeFile(join(folder, 'empty'), '\n')
        const { code, stderr } = await signet(argv, call)
        expect(code).toBe(1)
        expect(stderr).toContain(sentence)
        expect((await readdir(folder)).filter((each) => BACKUPS.test(each))).toEqual([])
      }))
  }

  test('refused/a disk that is full, and nothing is left there', async (context) => {
    await using disk = await mountSmallDisk(context, 1)
    await writeFile(join(disk.path, 'old.backup'), 'the last one')
    disk.fill()
    await withHub(async (_, signet) => {
      const file = join(disk.path, 'old.backup')
      const { code, stderr } = await signet(`backup ${file} --passphrase-file passphrase`)
      expect([code, stderr]).toEqual([1, `signet: ${file} cannot be written: the disk is full: free some space\n`])
      expect(await readdir(disk.path)).toEqual(['ballast', 'old.backup'])
      expect(await readFile(file, 'utf8')).toBe('the last one')
    })
  })
})

test('refused/an answer that is cut short, and nothing is left', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'data'))
  await writeFile(join(folder.path, 'passphrase'), PASSPHRASE)
  await using server = createServer((_, response) => {
    response.writeHead(200, { 'content-length': 1000 })
    response.write('SIGNETBK', () => response.destroy())
  })
  server.listen(join(folder.path, 'data/hub.sock'))
  await once(server, 'listening')
  const argv = ['backup', 'my.backup', '--passphrase-file', 'passphrase']
  const { code, stderr } = await run({ argv, cwd: folder.path })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^signet: The hub on .*hub\.sock hung up before its answer was whole \(ECONNRESET\)/)
  expect((await readdir(folder.path)).filter((name) => BACKUPS.test(name))).toEqual([])
})

describe('signet ca backup and signet ca restore', () => {
  test('bring a CA to another machine, and its key is shown to nobody', () =>
    withHub(async (folder, signet) => {
      const made = await signet('ca backup ca.backup --passphrase-file passphrase')
      expect(made).toMatchObject({ code: 0, stderr: '' })
      expect(made.stdout).not.toMatch(/Devices/)
      expect((await readFile(join(folder, 'ca.backup'))).includes('PRIVATE KEY')).toBe(false)

      await using elsewhere = await temporaryFolder()
      const restore = (more = '') =>
        signet(`ca restore ${join(folder, 'ca.backup')} --passphrase-file ${join(folder, 'passphrase')}${more}`, {
          cwd: elsewhere.path,
        })
      expect(await restore()).toMatchObject({ code: 0, stderr: '' })
      for (const name of ['ca-cert.pem', 'ca-key.pem']) {
        expect(await readFile(join(elsewhere.path, 'certs', name))).toEqual(await readFile(join(folder, 'certs', name)))
      }
      expect((await stat(join(elsewhere.path, 'certs/ca-key.pem'))).mode & 0o777).toBe(0o600)
      // A CA that is there already stays as it is.
      expect((await restore()).stdout).toMatch(/Restored: start the hub\n$/)
      expect(await readdir(join(elsewhere.path, 'certs'))).toEqual(['ca-cert.pem', 'ca-key.pem'])
    }))

  test('refused/over another CA, unless that is forced; then the other one is kept aside', () =>
    withHub(async (folder, signet) => {
      await signet('ca backup ca.backup --passphrase-file passphrase')
      await using elsewhere = await temporaryFolder()
      await (await startTestHub({ folder: elsewhere.path }))[Symbol.asyncDispose]()
      const own = await readFile(join(elsewhere.path, 'certs/ca-key.pem'))
      const restore = (more = '') =>
        signet(`ca restore ${join(folder, 'ca.backup')} --passphrase-file ${join(folder, 'passphrase')}${more}`, {
          cwd: elsewhere.path,
        })
      const refused = await restore()
      expect(refused.code).toBe(1)
      expect(refused.stderr).toMatch(
        /This is a backup of the CA .* over a hub of the CA .*; --force restores all the same/,
      )
      expect(await readFile(join(elsewhere.path, 'certs/ca-key.pem'))).toEqual(own)

      expect((await restore(' --force')).code).toBe(0)
      const [aside = ''] = (await readdir(join(elsewhere.path, 'certs'))).filter((name) => name.startsWith('before-'))
      expect(await readFile(join(elsewhere.path, 'certs', aside, 'ca-key.pem'))).toEqual(own)
      expect((await readdir(join(elsewhere.path, 'certs', aside))).toSorted()).toEqual([
        'ca-cert.pem',
        'ca-key.pem',
        'server-cert.pem',
        'server-key.pem',
      ])
      await using hub = await startTestHub({ folder: elsewhere.path })
      expect(hub.caKey).toBe(await readFile(join(folder, 'certs/ca-key.pem'), 'utf8'))
    }))
})

test('a key that lies in no file is left out, and told', () =>
  withHub(async (folder, signet) => {
    await rm(join(folder, 'certs/ca-key.pem'))
    const { code, stdout } = await signet('backup my.backup --passphrase-file passphrase')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^CA key +not included$/m)
    expect(stdout).toMatch(/^The private key of the CA lies in no file that could be kept/m)
    await using elsewhere = await temporaryFolder()
    const argv = `restore ${join(folder, 'my.backup')} --passphrase-file ${join(folder, 'passphrase')}`
    const refused = await signet(`ca ${argv}`, { cwd: elsewhere.path })
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('holds no key of its CA') })
    expect((await signet(argv, { cwd: elsewhere.path })).code).toBe(0)
    expect(await readdir(join(elsewhere.path, 'certs'))).toEqual(['ca-cert.pem'])
  }))

test('a key that was lost comes back beside its certificate', () =>
  withHub(async (folder, signet) => {
    await signet('ca backup ca.backup --passphrase-file passphrase')
    const places = ['--data-dir', join(folder, 'elsewhere')]
    await rm(join(folder, 'certs/ca-key.pem'))
    const argv = ['ca', 'restore', 'ca.backup', '--passphrase-file', 'passphrase', ...places]
    expect((await run({ argv, cwd: folder })).code).toBe(0)
    expect(await readFile(join(folder, 'certs/ca-key.pem'), 'utf8')).toContain('PRIVATE KEY')
  }))

test('a report for programs is JSON', () =>
  withHub(async (folder, signet) => {
    await signet('backup my.backup --passphrase-file passphrase')
    const { stdout } = await signet('restore my.backup --passphrase-file passphrase --dry-run --json')
    expect(JSON.parse(stdout)).toMatchObject({
      backup: { contents: 'hub', registry: { devices: 1 } },
      obstacles: [],
      losses: { devices: { count: 0 } },
      folders: { data: join(folder, 'data') },
    })
  }))

test('a backup of a CA alone is none of a hub', () =>
  withHub(async (folder, signet) => {
    await signet('ca backup ca.backup --passphrase-file passphrase')
    await using elsewhere = await temporaryFolder()
    await mkdir(join(elsewhere.path, 'data'))
    const argv = `restore ${join(folder, 'ca.backup')} --passphrase-file ${join(folder, 'passphrase')}`
    const { code, stderr } = await signet(argv, { cwd: elsewhere.path })
    expect([code, stderr]).toEqual([1, 'signet: This is a backup of a CA alone: signet ca restore takes it\n'])
  }))
