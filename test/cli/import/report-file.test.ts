import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readReport } from '../../../src/cli/import/report-file.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

for (const report of [
  { devices: [], policies: [] },
  { topic: '#', retained: [] },
]) {
  test(`ok/${Object.keys(report)}`, async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'r.json'), JSON.stringify(report))
    expect(await readReport('r.json', folder.path)).toEqual(report)
  })
}

for (const { name, text, sentence } of [
  { name: 'no JSON', text: '{', sentence: 'r.json is not JSON' },
  { name: 'no report', text: '[]', sentence: 'r.json is not the report of an import' },
  {
    name: 'no list of messages',
    text: '{"topic":"#","retained":7}',
    sentence: 'r.json is not the report of an import',
  },
  { name: 'no file', text: undefined, sentence: 'r.json cannot be read: ENOENT' },
]) {
  test(`refused/${name}`, async () => {
    await using folder = await temporaryFolder()
    if (text !== undefined) await writeFile(join(folder.path, 'r.json'), text)
    await expect(readReport('r.json', folder.path)).rejects.toThrow(sentence)
  })
}
