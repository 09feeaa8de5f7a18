import { expect, test } from 'vitest'
import { createConfig } from '../src/config.ts'
import { findHalfSetBackup } from '../src/config-backup.ts'

const passphrase = 'correct horse battery staple'

test('a schedule without a passphrase is told, unless that was told already', () => {
  const config = createConfig({ backup: { schedule: '24h' } })
  expect(findHalfSetBackup(config, new Set())).toEqual([expect.stringContaining('backup.passphrase_file')])
  expect(findHalfSetBackup(config, new Set(['backup.passphrase']))).toEqual([])
  expect(findHalfSetBackup(createConfig({ backup: { schedule: '24h', passphrase } }), new Set())).toEqual([])
  expect(findHalfSetBackup(createConfig(), new Set())).toEqual([])
})

test('a schedule that is none, and a short passphrase, are refused', () => {
  expect(() => createConfig({ backup: { schedule: 'sometimes', passphrase } })).toThrow('backup.schedule')
  expect(() => createConfig({ backup: { schedule: '24h', passphrase: 'short' } })).toThrow('backup.passphrase')
})
