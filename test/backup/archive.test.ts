import { describe, expect, test } from 'vitest'
import { createEntry, openArchive, readBody, sealArchive, verifyArchive } from '../../src/backup/archive.ts'
import { sealFrames } from '../../src/backup/archive-frames.ts'
import { deriveKey, encodeHeader, HEADER_OCTETS } from '../../src/backup/archive-key.ts'
import type { Manifest } from '../../src/backup/manifest.ts'
import { writeTar } from '../../src/backup/tar.ts'
import { seal, streamOf } from '../support/backups.ts'
import { CHEAP } from '../support/cheap-guesses.ts'

const PASSPHRASE = 'correct horse battery staple'
const FRAME = 65_536 + 16
const MANIFEST: Manifest = {
  format: 1,
  contents: 'hub',
  version: '0.1.0',
  createdAt: '2026-11-22T12:00:00.000Z',
  ca: { subject: 'CN=Root', fingerprint: 'AA:BB', hasKey: true },
  notIncluded: [],
}
const LARGE = Buffer.alloc(300_000, 'telemetry ')
const PLAN = {
  passphrase: PASSPHRASE,
  manifest: MANIFEST,
  cost: CHEAP,
  entries: [createEntry('data/hub.db', LARGE), createEntry('data/empty', Buffer.alloc(0))],
}
const octets = await seal(PLAN)

async function read(...chunks: readonly Uint8Array[]) {
  const { manifest, entries } = await openArchive(streamOf(...chunks), PASSPHRASE)
  const found: [string, Buffer][] = []
  for await (const entry of entries) found.push([entry.name, await readBody(entry)])
  return { manifest, found }
}

function cut(): readonly Buffer[] {
  const frames: Buffer[] = []
  for (let at = HEADER_OCTETS; at < octets.length; at += FRAME) frames.push(octets.subarray(at, at + FRAME))
  return frames
}

describe('an archive', () => {
  const found = [
    ['data/hub.db', LARGE],
    ['data/empty', Buffer.alloc(0)],
  ]

  test('gives back what was put in, however it is cut on its way', async () => {
    expect(await read(octets)).toEqual({ manifest: MANIFEST, found })
    const small = Array.from({ length: Math.ceil(octets.length / 777) }, (_, n) =>
      octets.subarray(n * 777, (n + 1) * 777),
    )
    expect(await read(...small)).toEqual({ manifest: MANIFEST, found })
  })

  test('is as long as was said before it was made', async () => {
    for (const length of [0, 1, 511, 512, 65_536, 131_072, 200_001]) {
      const entries = [createEntry('a', Buffer.alloc(length))]
      const { octets: said, stream } = await sealArchive({ ...PLAN, entries })
      expect(Buffer.concat(await Array.fromAsync(stream)), String(length)).toHaveLength(said)
    }
  })

  test('is not read in vain where only its judgement is wanted', async () => {
    expect(await verifyArchive(streamOf(octets), PASSPHRASE)).toEqual(MANIFEST)
  })

  test('shows nothing of what it holds, and is another each time', async () => {
    for (const text of ['telemetry', 'manifest', 'CN=Root', 'ustar']) expect(octets.includes(text), text).toBe(false)
    expect((await seal(PLAN)).subarray(HEADER_OCTETS, 200)).not.toEqual(octets.subarray(HEADER_OCTETS, 200))
  })

  test('takes its passphrase in either composition of Unicode', async () => {
    const composed = await seal({ ...PLAN, passphrase: 'caf\u00e9 caf\u00e9 caf\u00e9' })
    expect(await verifyArchive(streamOf(composed), 'cafe\u0301 cafe\u0301 cafe\u0301')).toEqual(MANIFEST)
  })
})

describe('an archive is refused', () => {
  const changed = (at: number): Buffer => {
    const copy = Buffer.from(octets)
    copy.writeUInt8(copy.readUInt8(at) ^ 1, at)
    return copy
  }
  const header = octets.subarray(0, HEADER_OCTETS)
  const frames = cut()
  const [first = octets, second = octets, ...rest] = frames
  for (const { name, wrong, code } of [
    { name: 'nothing at all', wrong: Buffer.alloc(0), code: 'backup_damaged' },
    { name: 'another file', wrong: Buffer.from('-----BEGIN CERTIFICATE-----'.repeat(9)), code: 'backup_damaged' },
    { name: 'a header alone', wrong: header, code: 'backup_damaged' },
    { name: 'cut within a frame', wrong: octets.subarray(0, -1), code: 'backup_damaged' },
    { name: 'cut between two frames', wrong: octets.subarray(0, HEADER_OCTETS + 2 * FRAME), code: 'backup_damaged' },
    { name: 'without its last frame', wrong: Buffer.concat([header, ...frames.slice(0, -1)]), code: 'backup_damaged' },
    { name: 'with something behind it', wrong: Buffer.concat([octets, Buffer.alloc(1)]), code: 'backup_damaged' },
    {
      name: 'with frames in another order',
      wrong: Buffer.concat([header, second, first, ...rest]),
      code: 'backup_damaged',
    },
    {
      name: 'with a frame twice',
      wrong: Buffer.concat([header, first, first, second, ...rest]),
      code: 'backup_damaged',
    },
    { name: 'with one bit changed', wrong: changed(100_000), code: 'backup_damaged' },
    { name: 'of a later form', wrong: changed(8), code: 'backup_too_new' },
    { name: 'of another derivation', wrong: changed(9), code: 'backup_too_new' },
    { name: 'with another salt', wrong: changed(30), code: 'passphrase_wrong' },
    { name: 'with another proof', wrong: changed(50), code: 'passphrase_wrong' },
    { name: 'that costs too much memory', wrong: withNumber(12, 0x7fffffff), code: 'backup_damaged' },
    { name: 'that costs too many passes', wrong: withNumber(16, 1_000_000), code: 'backup_damaged' },
    { name: 'of no memory', wrong: withNumber(12, 1), code: 'backup_damaged' },
    { name: 'of empty frames', wrong: withNumber(24, 0), code: 'backup_damaged' },
  ]) {
    test(`refused/${name}`, async () => {
      await expect(verifyArchive(streamOf(wrong), PASSPHRASE)).rejects.toMatchObject({ code })
    })
  }

  test('refused/under another passphrase', async () => {
    await expect(verifyArchive(streamOf(octets), 'correct horse battery stapled')).rejects.toMatchObject({
      code: 'passphrase_wrong',
    })
  })

  test('refused/without a manifest', async () => {
    const plan = { ...CHEAP, frameOctets: 65_536, salt: Buffer.alloc(16) }
    const key = await deriveKey(PASSPHRASE, plan)
    const start = encodeHeader(plan, key)
    const tar = writeTar([createEntry('data/hub.db', Buffer.from('x'))], new Date(0))
    const { encryption } = key
    const sealed = await Array.fromAsync(sealFrames(tar, { encryption, header: start, frameOctets: 65_536 }))
    await expect(verifyArchive(streamOf(start, ...sealed), PASSPHRASE)).rejects.toThrow('does not say what it holds')
  })

  test('refused/with a manifest of a later form', async () => {
    const manifest = { ...MANIFEST, format: 2 } as unknown as Manifest
    await expect(verifyArchive(streamOf(await seal({ ...PLAN, manifest })), PASSPHRASE)).rejects.toMatchObject({
      code: 'backup_too_new',
    })
  })

  function withNumber(at: number, value: number): Buffer {
    const copy = Buffer.from(octets)
    copy.writeUInt32BE(value, at)
    return copy
  }
})
