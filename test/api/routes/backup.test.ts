import { describe, expect, test } from 'vitest'
import { DomainError } from '../../../src/errors.ts'
import { createHarness } from '../api-harness.ts'

const PATH = '/api/backup'
const passphrase = 'correct horse battery staple'

describe('POST /api/backup', () => {
  test('answers an archive of the hub, with its length and a name, kept nowhere on its way', async () => {
    const { status, headers, text } = await createHarness().call(PATH, { method: 'POST', json: { passphrase } })
    expect([status, text]).toEqual([200, `hub under ${passphrase}`])
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': String(text.length),
      'content-disposition': 'attachment; filename="signet.backup"',
      'cache-control': 'no-store',
    })
  })

  test('answers the CA alone where that is asked for', async () => {
    const json = { passphrase, contents: 'ca' }
    expect((await createHarness().call(PATH, { method: 'POST', json })).text).toBe(`ca under ${passphrase}`)
  })

  for (const as of ['operator', 'auditor', 'validator'] as const) {
    test(`refused/${as}`, async () => {
      const answer = await createHarness().call(PATH, { method: 'POST', as, json: { passphrase } })
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    })
  }

  for (const { name, json } of [
    { name: 'no passphrase', json: {} },
    { name: 'a short passphrase', json: { passphrase: 'elevenchars' } },
    { name: 'other contents', json: { passphrase, contents: 'keys' } },
    { name: 'something else', json: { passphrase, more: 1 } },
  ]) {
    test(`refused/${name}, without saying what it was`, async () => {
      const { status, text } = await createHarness().call(PATH, { method: 'POST', json })
      expect(status).toBe(400)
      expect(text).not.toContain(passphrase)
      expect(text).not.toContain('elevenchars')
    })
  }

  test('refused/while another one is made', async () => {
    const make = () => Promise.reject(new DomainError('backup_running', 'Wait'))
    const answer = await createHarness({ backups: { make } }).call(PATH, { method: 'POST', json: { passphrase } })
    expect(answer).toMatchObject({ status: 409, body: { code: 'backup_running' } })
  })
})
