import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readAuthorityBackup } from '../../src/ca/authority-backup.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('of a folder without a CA there is nothing to keep; a certificate that is none is named', async () => {
  await using folder = await temporaryFolder()
  expect(await readAuthorityBackup(folder.path)).toBeUndefined()
  const path = join(folder.path, 'ca-cert.pem')
  await writeFile(path, 'no certificate')
  await expect(readAuthorityBackup(folder.path)).rejects.toMatchObject({
    code: 'file_invalid',
    message: expect.stringContaining(`${path} holds no certificate in PEM form`),
  })
})
