import { expect, test } from 'vitest'
import { shapeSetting } from '../../../src/api/resources/setting.ts'

const WITH_PASSWORD = [{ path: '/app', backend: 'http://eva:hunter2@10.0.0.7:8080' }]
const WITHOUT = [{ path: '/app', backend: 'http://eva:(hidden)@10.0.0.7:8080' }]

for (const { name, value, expected } of [
  { name: 'a number', value: 3000, expected: 3000 },
  { name: 'a toggle', value: false, expected: false },
  { name: 'a setting without a value', value: undefined, expected: null },
  { name: 'an address of mail', value: 'ops@example.com', expected: 'ops@example.com' },
  { name: 'a user without a password', value: 'https://eva@example.com/', expected: 'https://eva@example.com/' },
  { name: 'a password in an address', value: 'amqp://eva:hunter2@mq/', expected: 'amqp://eva:(hidden)@mq/' },
  { name: 'a list', value: ['::1', 'https://eva:hunter2@a'], expected: ['::1', 'https://eva:(hidden)@a'] },
  { name: 'a list of maps', value: WITH_PASSWORD, expected: WITHOUT },
]) {
  test(`${name} is shown to an administrator, but for passwords`, () => {
    const common = { key: 'a.b', kind: 'text', origin: { layer: 'default', place: 'default' } } as const
    const setting = { ...common, value, text: JSON.stringify(value) ?? 'none', fallback: undefined, live: true }
    const shaped = shapeSetting({ ...setting, description: 'What it is.' }, true)
    expect(shaped).toMatchObject({ value: expected, hidden: null })
    expect(JSON.stringify(shaped)).not.toContain('hunter2')
  })
}
