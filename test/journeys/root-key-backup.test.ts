import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseCertificates, readPath } from '../../src/ca/certificate-chain.ts'
import { isSealed } from '../../src/ca/sealed-key.ts'
import { runCaRestore, runRestore, saveBackup } from '../support/backups.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const TWO_TIER = { ca: { hierarchy: 'two_tier' } } as const

const rootOf = (pem: string): string | undefined => readPath(parseCertificates(pem, 'ca')).at(-1)?.fingerprint256
const rootKeyOf = (folder: string): string => join(folder, 'certs/root-key.pem')

/** A hub with a device, backed up; then it stops. */
async function backUp(folder: string, contents: 'hub' | 'ca', settings: Parameters<typeof startTestHub>[0] = {}) {
  await using hub = await startTestHub({ folder, settings: TWO_TIER, ...settings })
  const device = await hub.enrol('pump')
  const file = await saveBackup(hub, 'hub.backup', contents)
  const text = readFileSync(file)
  for (const plain of ['PRIVATE KEY', 'root-key']) expect(text.includes(plain)).toBe(false)
  return { device, root: rootOf(hub.ca) }
}

async function expectRotation(hub: TestHub, root: string | undefined): Promise<void> {
  const { status, text } = await hub.api('POST', '/api/ca/rotation')
  expect([status, text]).toEqual([201, expect.any(String)])
  const current = readFileSync(join(hub.certsDir, 'ca-cert.pem'), 'utf8')
  expect(new X509Certificate(current).fingerprint256).toBe(hub.hub.caFingerprint)
  expect(rootOf(current)).toBe(root)
}

for (const contents of ['hub', 'ca'] as const) {
  test(`all is lost but a backup (${contents}): the key of the root comes back, and signs the next CA`, async () => {
    await using folder = await temporaryFolder()
    const { root } = await backUp(folder.path, contents)
    await rm(join(folder.path, 'certs'), { recursive: true })
    if (contents === 'hub') await rm(join(folder.path, 'data'), { recursive: true })
    const restore = (...flags: string[]) =>
      (contents === 'hub' ? runRestore : runCaRestore)(folder.path, 'hub.backup', ...flags)

    const preview = await restore('--dry-run')
    expect(preview).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Root key +included$/m) })
    expect(existsSync(rootKeyOf(folder.path))).toBe(false)

    expect(await restore()).toMatchObject({ code: 0, stderr: '' })
    expect(statSync(rootKeyOf(folder.path)).mode & 0o777).toBe(0o600)
    await using hub = await startTestHub({ folder: folder.path, settings: TWO_TIER })
    await expectRotation(hub, root)
  })
}

test('an encrypted key of the root comes back encrypted, and the passphrase opens it', async () => {
  await using folder = await temporaryFolder()
  const settings = { ca: { ...TWO_TIER.ca, passphrase: 'correct horse battery staple' } }
  const { root } = await backUp(folder.path, 'hub', { settings })
  await rm(join(folder.path, 'certs'), { recursive: true })
  expect((await runRestore(folder.path, 'hub.backup')).code).toBe(0)
  expect(isSealed(readFileSync(rootKeyOf(folder.path), 'utf8'))).toBe(true)
  await using hub = await startTestHub({ folder: folder.path, settings })
  await expectRotation(hub, root)
})

test('a key that was moved to a safe place is named as missing, and not put back beside a CA that is there', async () => {
  await using folder = await temporaryFolder()
  await backUp(folder.path, 'hub')
  await rename(rootKeyOf(folder.path), join(folder.path, 'safe.pem'))
  expect((await runRestore(folder.path, 'hub.backup')).code).toBe(0)
  expect(existsSync(rootKeyOf(folder.path))).toBe(false)

  await using hub = await startTestHub({ folder: folder.path, settings: TWO_TIER })
  await saveBackup(hub, 'later.backup')
  const { stdout } = await runRestore(folder.path, 'later.backup', '--dry-run')
  expect(stdout).toMatch(/^Root key +not included$/m)
  expect(stdout).toContain('The private key of the root above the CA is kept elsewhere')
})

test('a key that was left behind by a CA with a root is kept and named too', async () => {
  await using hub = await startTestHub({ settings: TWO_TIER })
  expect((await hub.api('POST', '/api/ca/rotation', { body: { hierarchy: 'single' } })).status).toBe(201)
  await saveBackup(hub)
  const { stdout } = await runRestore(hub.folder, 'hub.backup', '--dry-run')
  expect(stdout).toMatch(/^Root key +included$/m)
})

test('the key of another root goes aside with its CA', async () => {
  await using folder = await temporaryFolder()
  await backUp(folder.path, 'hub')
  const own = readFileSync(rootKeyOf(folder.path), 'utf8')
  for (const place of ['certs', 'data']) rmSync(join(folder.path, place), { recursive: true })
  await startTestHub({ folder: folder.path, settings: TWO_TIER }).then((other) => other[Symbol.asyncDispose]())
  const { code, stdout } = await runRestore(folder.path, 'hub.backup', '--force')
  expect(code).toBe(0)
  expect(readFileSync(rootKeyOf(folder.path), 'utf8')).toBe(own)
  const [aside = ''] = /certs\/before-restore-[^ \n]+/.exec(stdout) ?? []
  expect(existsSync(join(folder.path, aside, 'root-key.pem'))).toBe(true)
})
