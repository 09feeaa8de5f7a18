import { generateKeyPairSync } from 'node:crypto'
import { link, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isSealed, sealKey, unsealKey } from '../../src/ca/sealed-key.ts'
import { lockFolder } from '../../src/db/folder-lock.ts'
import { CHEAP, encryptCheaply } from '../support/cheap-guesses.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openHubDouble, problem } from './hub-double.ts'
import { run } from './terminal.ts'

const OLD = 'correct horse battery staple'
const NEW = 'another good passphrase'
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const clear = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** A folder with a CA's key, and files that hold the passphrases. */
async function createFolder() {
  const folder = await temporaryFolder()
  const { path } = folder
  const keyFile = join(path, 'certs', 'ca-key.pem')
  await mkdir(join(path, 'certs'))
  await mkdir(join(path, 'data'), { mode: 0o700 })
  await writeFile(keyFile, clear, { mode: 0o600 })
  await writeFile(join(path, 'old'), `${OLD}\n`)
  await writeFile(join(path, 'new'), `${NEW}\n`)
  const signet = (line: string, keys?: readonly string[], env = {}) =>
    run({ argv: line.split(' '), cwd: path, env, ...(keys ? { keys } : {}) })
  return { ...folder, path, signet, keyFile, read: () => readFile(keyFile, 'utf8') }
}

describe('the key in its file', () => {
  test('is encrypted, gets another passphrase and is decrypted, by files', async () => {
    await using folder = await createFolder()
    const { signet, keyFile, read } = folder
    const encrypted = await signet('ca encrypt-key --passphrase-file old')
    expect(encrypted).toMatchObject({ code: 0, stdout: `${keyFile} is encrypted\n` })
    expect(encrypted.stderr).toContain('destroy every older copy')
    expect((await unsealKey(await read(), keyFile, OLD)).equals(privateKey)).toBe(true)

    expect(await signet('ca change-passphrase --passphrase-file old --new-passphrase-file new')).toMatchObject({
      code: 0,
    })
    expect((await unsealKey(await read(), keyFile, NEW)).equals(privateKey)).toBe(true)

    const refused = await signet('ca decrypt-key --passphrase-file old')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).not.toContain(OLD)
    expect(isSealed(await read())).toBe(true)

    expect(await signet('ca decrypt-key --passphrase-file new')).toMatchObject({ code: 0, stderr: '' })
    expect(await read()).toBe(clear)
  })

  test('goes with the other keys of the CA: of the one before it, and of the root above it', {
    timeout: 240_000,
  }, async () => {
    await using folder = await createFolder()
    const { signet, keyFile, path } = folder
    const others = ['ca-key.previous.pem', 'root-key.pem'].map((name) => join(path, 'certs', name))
    for (const other of others) await writeFile(other, clear, { mode: 0o600 })
    const lines = (suffix: string) => [keyFile, ...others].map((file) => `${file} ${suffix}\n`).join('')
    expect((await signet('ca encrypt-key --passphrase-file old')).stdout).toBe(lines('is encrypted'))
    // One that was cut short is ended by doing it again.
    await writeFile(others[0] ?? '', clear)
    expect((await signet('ca encrypt-key --passphrase-file old')).stdout).toBe(`${others[0]} is encrypted\n`)
    await signet('ca change-passphrase --passphrase-file old --new-passphrase-file new')
    for (const file of [keyFile, ...others]) {
      expect((await unsealKey(await readFile(file, 'utf8'), file, NEW)).equals(privateKey)).toBe(true)
    }
    // One that comes back from its safe place under an older passphrase is changed alone.
    await writeFile(others[1] ?? '', await sealKey(privateKey, OLD, CHEAP))
    const again = await signet('ca change-passphrase --passphrase-file old --new-passphrase-file new')
    expect(again.stdout).toBe(`${others[1]} is encrypted\n`)
    const decrypted = await signet('ca decrypt-key --passphrase-file new')
    expect(decrypted.stdout).toBe(lines("holds the CA's key in the clear"))
  })

  test('the same by what is typed, of which nothing is shown', async () => {
    await using folder = await createFolder()
    const { signet, read } = folder
    const typed = await signet('ca encrypt-key', [`${OLD}\r`, `${OLD}\r`])
    expect(typed.code).toBe(0)
    expect(`${typed.stdout}${typed.stderr}`).not.toContain(OLD)
    expect(await signet('ca change-passphrase', [OLD, '\r', NEW, '\r', NEW, '\r'])).toMatchObject({ code: 0 })
    expect(await signet('ca decrypt-key', [NEW, '\r'])).toMatchObject({ code: 0 })
    expect(await read()).toBe(clear)
  })

  test('the same by the settings, which are then another thing to change', async () => {
    await using folder = await createFolder()
    const { signet, read } = folder
    const env = { SIGNET_CA__PASSPHRASE: OLD }
    expect(await signet('ca encrypt-key', undefined, env)).toMatchObject({ code: 0 })
    const changed = await signet('ca change-passphrase --new-passphrase-file new', undefined, env)
    expect(changed).toMatchObject({ code: 0, stderr: expect.stringContaining('ca.passphrase is still the old one') })
    const decrypted = await signet('ca decrypt-key', undefined, { SIGNET_CA__PASSPHRASE: NEW })
    expect(decrypted).toMatchObject({ code: 0, stderr: expect.stringContaining('encrypts the key again') })
    expect(await read()).toBe(clear)
  })

  for (const { name, line, keys, sentence, code = 1 } of [
    { name: 'two that differ', line: 'ca encrypt-key', keys: ['one that\r', 'another\r'], sentence: /differ/ },
    { name: 'none at all', line: 'ca encrypt-key', keys: ['\r'], sentence: /--passphrase-file/ },
    { name: 'no terminal', line: 'ca encrypt-key', sentence: /--passphrase-file/ },
    { name: 'a short one', line: 'ca encrypt-key', keys: ['short\r', 'short\r'], sentence: /8 characters/, code: 78 },
    { name: 'a file that is missing', line: 'ca encrypt-key --passphrase-file nothing', sentence: /ENOENT/ },
    { name: 'a key that is in the clear', line: 'ca decrypt-key --passphrase-file old', sentence: /not encrypted/ },
  ] as readonly { name: string; line: string; keys?: readonly string[]; sentence: RegExp; code?: number }[]) {
    test(`refused/${name}: the file stays as it is`, async () => {
      await using folder = await createFolder()
      const { signet, read } = folder
      const { stderr, code: exit } = await signet(line, keys)
      expect(stderr).toMatch(sentence)
      expect(exit).toBe(code)
      expect(await read()).toBe(clear)
    })
  }

  test('refused/encrypted already', async () => {
    await using folder = await createFolder()
    const { signet, path } = folder
    await encryptCheaply(join(path, 'certs'), OLD)
    const { code, stderr } = await signet('ca encrypt-key --passphrase-file new')
    expect({ code, stderr }).toMatchObject({ code: 78, stderr: expect.stringContaining('change-passphrase') })
  })

  test('refused/missing', async () => {
    await using folder = await createFolder()
    const { signet } = folder
    const { code, stderr } = await signet('ca decrypt-key --passphrase-file old --certs-dir elsewhere')
    expect({ code, stderr }).toMatchObject({ code: 78, stderr: expect.stringContaining('is missing') })
  })

  test('refused/while a hub runs', async () => {
    await using folder = await createFolder()
    const { signet, path, read } = folder
    using _lock = lockFolder(join(path, 'data'), 4711)
    const { code, stderr } = await signet('ca encrypt-key --passphrase-file old')
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('process 4711') })
    expect(await read()).toBe(clear)
  })

  test('under two names: the other one is told of, and stays', async () => {
    await using folder = await createFolder()
    const { signet, path, keyFile } = folder
    const copy = join(path, 'copy.pem')
    await link(keyFile, copy)
    const { stderr } = await signet('ca encrypt-key --passphrase-file old')
    expect(stderr).toContain('hard links')
    expect(await readFile(copy, 'utf8')).toBe(clear)
  })
})

describe('the key of a running hub', () => {
  test('is unlocked with what is typed or lies in a file, and locked', async () => {
    await using folder = await createFolder()
    const { path, signet } = folder
    const answers = { 'POST /api/ca/unlock': { body: {} }, 'POST /api/ca/lock': { body: {} } }
    await using hub = await openHubDouble(answers, { folder: path })
    expect(await signet('ca unlock', [`${OLD}\r`])).toMatchObject({ code: 0, stdout: "The CA's key is unlocked\n" })
    expect(await signet('ca unlock --passphrase-file new')).toMatchObject({ code: 0 })
    expect(await signet('ca lock')).toMatchObject({ code: 0, stdout: "The CA's key is locked\n" })
    expect(hub.requests.map(({ call, body }) => [call, body])).toEqual([
      ['POST /api/ca/unlock', { passphrase: OLD }],
      ['POST /api/ca/unlock', { passphrase: NEW }],
      ['POST /api/ca/lock', undefined],
    ])
  })

  test('a refusal is told', async () => {
    await using folder = await createFolder()
    const { path, signet } = folder
    await using _hub = await openHubDouble(
      { 'POST /api/ca/unlock': problem(403, 'passphrase_wrong') },
      { folder: path },
    )
    const { code, stderr } = await signet('ca unlock --passphrase-file old')
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'signet: It is passphrase_wrong (passphrase_wrong)\n' })
  })
})
