import { describe, expect, test } from 'vitest'
import { createSetting, formatFound, formatSize, readSettingText, readSize } from '../src/config-setting.ts'

describe('a key has one variable and one flag', () => {
  const notes = { kind: 'text', description: '', expected: '' } as const
  for (const { key, variable, flag } of [
    { key: 'api.port', variable: 'SIGNET_API__PORT', flag: '--api-port' },
    { key: 'data_dir', variable: 'SIGNET_DATA_DIR', flag: '--data-dir' },
    { key: 'limits.connect_bytes', variable: 'SIGNET_LIMITS__CONNECT_BYTES', flag: '--limits-connect-bytes' },
  ]) {
    test(`${key}: ${variable}, ${flag}`, () =>
      expect(createSetting(key, notes, undefined)).toMatchObject({ key, variable, flag }))
  }
})

describe('the text of a variable or flag is read by the kind of the setting', () => {
  for (const { kind, text, expected } of [
    { kind: 'text', text: '10', expected: '10' },
    { kind: 'folder', text: './certs', expected: './certs' },
    { kind: 'number', text: '3000', expected: 3000 },
    { kind: 'number', text: '-1', expected: -1 },
    { kind: 'number', text: '0x10', expected: '0x10' },
    { kind: 'number', text: '', expected: '' },
    { kind: 'size', text: '16384', expected: 16_384 },
    { kind: 'size', text: '16KiB', expected: '16KiB' },
    { kind: 'duration', text: '3600', expected: 3600 },
    { kind: 'duration', text: '7d', expected: '7d' },
    { kind: 'toggle', text: 'true', expected: true },
    { kind: 'toggle', text: 'false', expected: false },
    { kind: 'toggle', text: 'yes', expected: 'yes' },
    { kind: 'list', text: '["a"]', expected: ['a'] },
    { kind: 'list', text: 'a,b', expected: 'a,b' },
  ] as const) {
    test(`${kind} ${JSON.stringify(text)}: ${JSON.stringify(expected)}`, () =>
      expect(readSettingText(kind, text)).toEqual(expected))
  }
})

describe('sizes are written in binary units', () => {
  for (const { text, bytes } of [
    { text: '16KiB', bytes: 16_384 },
    { text: '1MiB', bytes: 1_048_576 },
    { text: '2GiB', bytes: 2_147_483_648 },
    { text: '1000', bytes: 1000 },
    { text: '0', bytes: 0 },
  ]) {
    test(`${text} is ${bytes} bytes`, () => {
      expect(readSize(text)).toBe(bytes)
      expect(formatSize(bytes)).toBe(text)
    })
  }
})

describe('an error shows what was found, short and on one line', () => {
  for (const { value, expected } of [
    { value: undefined, expected: 'nothing' },
    { value: null, expected: 'nothing' },
    { value: '', expected: 'nothing' },
    { value: [], expected: 'an empty list' },
    { value: { a: 1 }, expected: 'a map' },
    { value: ['a b'], expected: '["a b"]' },
    { value: 'a\nb', expected: '"a\\nb"' },
    { value: true, expected: 'true' },
    { value: 'x'.repeat(200), expected: `"${'x'.repeat(76)}...` },
  ]) {
    test(expected, () => expect(formatFound(value)).toBe(expected))
  }
})
