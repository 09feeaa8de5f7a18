import { mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CertificateWatch } from '../../src/ca/certificate-watch.ts'
import { readProvidedCertificate } from '../../src/ca/provided-certificate.ts'
import { ServedCertificate } from '../../src/ca/served-certificate.ts'
import { CLIENT_AUTH, createForeignCa, SERVER_AUTH } from '../support/certificate-maker.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { Credentials } from '../support/test-hub.ts'
import { recordedLog } from './recorded-log.ts'

const ca = await createForeignCa('CN=Web CA')
const newPair = (): Promise<Credentials> => ca.make({ commonNames: ['hub'], purposes: [SERVER_AUTH] })

/** As certbot lays it out: `live` holds links into `archive`, where each renewal has files of its own. */
async function openScene() {
  const folder = await temporaryFolder()
  const [live, archive] = [join(folder.path, 'live'), join(folder.path, 'archive')]
  await Promise.all([mkdir(live), mkdir(archive)])
  const files = {
    certificateFile: join(live, 'fullchain.pem'),
    keyFile: join(live, 'privkey.pem'),
    setting: 'ssl',
  }
  let renewals = 0
  const link = async (file: string, text: string, name: string): Promise<void> => {
    const target = join(archive, `${name}${++renewals}.pem`)
    await writeFile(target, text, { mode: 0o600 })
    await rm(file, { force: true })
    await symlink(`../archive/${name}${renewals}.pem`, file)
  }
  const linkCertificate = (text: string) => link(files.certificateFile, text, 'fullchain')
  const linkKey = (text: string) => link(files.keyFile, text, 'privkey')
  const first = await newPair()
  await linkCertificate(first.cert)
  await linkKey(first.key)
  const read = () => readProvidedCertificate(files, new Date())
  const served = new ServedCertificate(await read())
  let exchanges = 0
  served.onExchange(() => exchanges++)
  const { logger, lines } = recordedLog()
  const watch = new CertificateWatch({ served, files, read, logger })
  const check = async (times: number): Promise<void> => {
    for (let done = 0; done < times; done++) await watch.check()
  }
  await check(2)
  return {
    files,
    first,
    watch,
    check,
    linkCertificate,
    linkKey,
    lines,
    shown: () => served.identity.certificatePem,
    exchanges: () => exchanges,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

describe('a new pair', () => {
  test('is served once its files have been left alone for a check, through links that were set anew', async () => {
    await using scene = await openScene()
    const next = await newPair()
    await scene.linkCertificate(next.cert)
    await scene.linkKey(next.key)
    await scene.check(1)
    expect(scene.shown()).toBe(scene.first.cert)
    await scene.check(1)
    expect(scene.shown()).toBe(next.cert)
    await scene.check(3)
    expect(scene.exchanges()).toBe(1)
    expect(scene.lines).toMatchObject([{ msg: 'Certificate exchanged' }, { msg: 'Certificate is odd' }])
  })

  test('is served when a file was renamed into the place of another', async () => {
    await using scene = await openScene()
    const next = await newPair()
    for (const [file, text] of [
      [scene.files.certificateFile, next.cert],
      [scene.files.keyFile, next.key],
    ] as const) {
      await writeFile(`${file}.new`, text, { mode: 0o600 })
      await rename(`${file}.new`, file)
    }
    await scene.check(2)
    expect(scene.shown()).toBe(next.cert)
  })

  test('whose halves come one after the other is waited for, and nothing is told of the time between', async () => {
    await using scene = await openScene()
    const next = await newPair()
    await scene.linkCertificate(next.cert)
    await scene.check(5)
    expect(scene.shown()).toBe(scene.first.cert)
    await scene.linkKey(next.key)
    await scene.check(2)
    expect(scene.shown()).toBe(next.cert)
    expect(scene.watch.fault).toBeUndefined()
    expect(scene.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('that was touched and is the same changes nothing', async () => {
    await using scene = await openScene()
    await utimes(scene.files.certificateFile, 1, 1)
    await scene.check(3)
    expect(scene.exchanges()).toBe(0)
  })

  test('is served at once when it is asked for', async () => {
    await using scene = await openScene()
    const next = await newPair()
    await scene.linkCertificate(next.cert)
    await scene.linkKey(next.key)
    await scene.watch.reread()
    expect(scene.shown()).toBe(next.cert)
  })
})

describe('a bad pair', () => {
  test('is told once, the old one kept; a good one later ends that', async () => {
    await using scene = await openScene()
    await scene.linkCertificate((await newPair()).cert)
    await scene.check(30)
    expect(scene.shown()).toBe(scene.first.cert)
    expect(scene.watch.fault).toMatch(/does not belong to the private key/)
    const errors = scene.lines.filter(({ level }) => level === 'error')
    expect(errors).toMatchObject([
      { msg: 'New certificate refused, the old one is kept', setting: 'ssl', reason: scene.watch.fault },
    ])
    const next = await newPair()
    await scene.linkCertificate(next.cert)
    await scene.linkKey(next.key)
    await scene.check(2)
    expect(scene.shown()).toBe(next.cert)
    expect(scene.watch.fault).toBeUndefined()
  })

  test('is told at once to whoever has asked, and once however often', async () => {
    await using scene = await openScene()
    const { cert, key } = await ca.make({ commonNames: ['hub'], purposes: [CLIENT_AUTH] })
    await scene.linkCertificate(cert)
    await scene.linkKey(key)
    await scene.watch.reread()
    await scene.watch.reread()
    expect(scene.watch.fault).toMatch(/not made for servers/)
    expect(scene.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
    expect(scene.shown()).toBe(scene.first.cert)
  })

  test('is one that is gone', async () => {
    await using scene = await openScene()
    await rm(scene.files.keyFile)
    await scene.check(15)
    expect(scene.watch.fault).toMatch(/privkey\.pem \(ssl\.key_file\) does not exist/)
  })
})

test('checks that come while one is at work are left out', async () => {
  await using scene = await openScene()
  const next = await newPair()
  await scene.linkCertificate(next.cert)
  await scene.linkKey(next.key)
  await Promise.all([scene.watch.check(), scene.watch.check(), scene.watch.check()])
  expect(scene.shown()).toBe(scene.first.cert)
  await scene.check(1)
  expect(scene.shown()).toBe(next.cert)
})
