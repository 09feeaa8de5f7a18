import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openCredentialFiles } from '../../../src/cli/output/credential-files.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const NEW = { clientCert: 'NEW CERTIFICATE', clientKey: 'NEW KEY', caCert: 'NEW CA' }

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8)
}

describe('the files of a device', () => {
  for (const umask of [0o000, 0o022, 0o077]) {
    test(`the key is 0600, the rest 0644, their folder 0755, under umask ${umask.toString(8)}`, async () => {
      await using folder = await temporaryFolder()
      const devices = join(folder.path, 'devices')
      const before = process.umask(umask)
      await using files = await openCredentialFiles(devices, 'a:1')
      await files.save(NEW).finally(() => process.umask(before))
      const { key, certificate, ca } = files.paths
      expect(await Promise.all([key, certificate, ca, devices].map(modeOf))).toEqual(['600', '644', '644', '755'])
      expect(key).toBe(join(devices, 'a:1-key.pem'))
      expect(await readFile(key, 'utf8')).toBe('NEW KEY')
    })
  }

  test('the key is at no moment readable by others', async () => {
    await using folder = await temporaryFolder()
    await using _files = await openCredentialFiles(folder.path, 'a')
    const [name = ''] = (await readdir(folder.path)).filter((file) => file.startsWith('a-key.pem.'))
    expect(await modeOf(join(folder.path, name))).toBe('600')
  })

  test('an existing folder keeps its rights', async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'private'), { mode: 0o700 })
    await using _files = await openCredentialFiles(join(folder.path, 'private'), 'a')
    expect(await modeOf(join(folder.path, 'private'))).toBe('700')
  })

  test('existing files stay until the new ones are there, and nothing is left over', async () => {
    await using folder = await temporaryFolder()
    const key = join(folder.path, 'a-key.pem')
    await writeFile(key, 'OLD KEY')
    {
      await using _files = await openCredentialFiles(folder.path, 'a')
      expect(await readFile(key, 'utf8')).toBe('OLD KEY')
    }
    expect(await readdir(folder.path)).toEqual(['a-key.pem'])
    {
      await using files = await openCredentialFiles(folder.path, 'a')
      await files.save(NEW)
    }
    expect(await readdir(folder.path)).toEqual(['a-cert.pem', 'a-key.pem', 'ca-cert.pem'])
    expect(await readFile(key, 'utf8')).toBe('NEW KEY')
  })

  test('a folder that stands where a file should is refused at once, and nothing is left over', async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'ca-cert.pem'))
    await expect(openCredentialFiles(folder.path, 'a')).rejects.toThrow(
      `The folder ${folder.path} cannot take the files: ${join(folder.path, 'ca-cert.pem')} is a folder`,
    )
    expect(await readdir(folder.path)).toEqual(['ca-cert.pem'])
  })

  test('a folder that cannot be made is refused', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'file'), '')
    await expect(openCredentialFiles(join(folder.path, 'file', 'x'), 'a')).rejects.toThrow(/cannot take the files: E/)
  })
})
