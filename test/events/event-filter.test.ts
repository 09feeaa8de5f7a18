import { expect, test } from 'vitest'
import { isWanted } from '../../src/events/event-filter.ts'
import { isTypePattern } from '../../src/logged-event.ts'

for (const { text, expected } of [
  { text: '*', expected: true },
  { text: 'device.connected', expected: true },
  { text: 'certificate.*', expected: true },
  { text: 'a_type.of_a.later.version', expected: true },
  { text: '', expected: false },
  { text: 'certificate*', expected: false },
  { text: '*.revoked', expected: false },
  { text: 'Device.Connected', expected: false },
  { text: 'a.b.c.d.e', expected: false },
  { text: "a'b", expected: false },
]) {
  test(`${JSON.stringify(text)} is ${expected ? 'a' : 'no'} pattern of types`, () =>
    expect(isTypePattern(text)).toBe(expected))
}

const CONNECTED = { type: 'device.connected', data: { kind: 'device', id: 'd1' } }

for (const { name, filter, event = CONNECTED, expected } of [
  { name: 'everything is wanted without a filter', filter: { types: [] }, expected: true },
  { name: 'a type by its name', filter: { types: ['a.b', 'device.connected'] }, expected: true },
  { name: 'a type by its beginning', filter: { types: ['device.*'] }, expected: true },
  { name: 'every type by *', filter: { types: ['*'] }, expected: true },
  { name: 'no longer type of the same beginning', filter: { types: ['device.connect'] }, expected: false },
  { name: 'no other group', filter: { types: ['dev.*'] }, expected: false },
  { name: 'the device', filter: { types: [], deviceId: 'd1' }, expected: true },
  { name: 'no other device', filter: { types: [], deviceId: 'd' }, expected: false },
  {
    name: 'no service of the same name',
    filter: { types: [], deviceId: 'd1' },
    event: { type: 'device.connected', data: { kind: 'service', id: 'd1' } },
    expected: false,
  },
  {
    name: 'what a limit has cost the device',
    filter: { types: [], deviceId: 'd1' },
    event: { type: 'limit.reached', data: { subject: 'device:d1' } },
    expected: true,
  },
  {
    name: 'what names it otherwise',
    filter: { types: [], deviceId: 'd1' },
    event: { type: 'later.type', data: { deviceId: 'd1' } },
    expected: true,
  },
]) {
  test(`${expected ? 'wanted' : 'not wanted'}/${name}`, () => expect(isWanted(event, filter)).toBe(expected))
}
