import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openHubDouble } from './hub-double.ts'
import { run } from './terminal.ts'

const FACTS = {
  fingerprint: 'AA:BB',
  subject: 'CN=Works',
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: '2036-01-01T00:00:00Z',
}

test('ca import sends certificate, key and chain over the local socket, and nothing else', async () => {
  await using folder = await temporaryFolder()
  for (const name of ['cert', 'key', 'chain']) await writeFile(join(folder.path, `${name}.pem`), `the ${name}`)
  const answers = { 'POST /api/ca/rotation': { status: 201, body: { current: FACTS } } }
  await using hub = await openHubDouble(answers, { folder: folder.path })
  const signet = (line: string) => run({ argv: ['ca', 'import', ...line.split(' ')], cwd: folder.path })
  const { stdout } = await signet('--cert cert.pem --key key.pem')
  expect(stdout).toBe('Issues now   CN=Works\nFingerprint  AA:BB\nNot after    2036-01-01T00:00:00Z\n')
  expect(JSON.parse((await signet('--cert cert.pem --key key.pem --chain chain.pem --json')).stdout)).toEqual(FACTS)
  expect(hub.requests.map(({ body }) => body)).toEqual([
    { certificate: 'the cert', key: 'the key' },
    { certificate: 'the cert', key: 'the key', chain: 'the chain' },
  ])
  expect(await signet('--cert none.pem --key key.pem')).toMatchObject({ code: 1 })
  expect(await signet('--cert cert.pem --key key.pem --url https://localhost:1')).toMatchObject({ code: 2 })
})
