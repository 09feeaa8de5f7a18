import { describe, expect, test } from 'vitest'
import { isHostName, isLoopback, isNetwork, isServerName } from '../src/host-name.ts'

describe('a host is a DNS name or an address, without scheme, port or brackets', () => {
  for (const { text, expected } of [
    { text: 'localhost', expected: true },
    { text: 'hub.example.com', expected: true },
    { text: 'my_hub', expected: true },
    { text: '10.0.0.1', expected: true },
    { text: '::', expected: true },
    { text: '', expected: false },
    { text: 'https://hub.example.com', expected: false },
    { text: 'hub.example.com:8883', expected: false },
    { text: '[::1]', expected: false },
    { text: '300.1.1.1', expected: false },
    { text: '-hub', expected: false },
    { text: 'a..b', expected: false },
    { text: '*.example.com', expected: false },
    { text: `${'a'.repeat(64)}.com`, expected: false },
    { text: 'a.'.repeat(127).concat('com'), expected: false },
  ]) {
    test(`${JSON.stringify(text.slice(0, 30))} ${expected ? 'is one' : 'is none'}`, () =>
      expect(isHostName(text)).toBe(expected))
  }
})

describe('a server certificate may also name all hosts of a domain', () => {
  for (const { text, expected } of [
    { text: '*.example.com', expected: true },
    { text: 'hub.example.com', expected: true },
    { text: '*', expected: false },
    { text: 'a.*.com', expected: false },
    { text: '*.10.0.0.1', expected: false },
  ]) {
    test(`${text} ${expected ? 'may stand there' : 'may not'}`, () => expect(isServerName(text)).toBe(expected))
  }
})

describe('a network', () => {
  for (const { text, expected } of [
    { text: '192.168.1.0/24', expected: true },
    { text: '10.0.0.1', expected: true },
    { text: 'fd00::/8', expected: true },
    { text: '::/0', expected: true },
    { text: '192.168.1.0/33', expected: false },
    { text: 'fd00::/129', expected: false },
    { text: '192.168.1.0/', expected: false },
    { text: '192.168.1.0/24/8', expected: false },
    { text: '192.168.1.0/x', expected: false },
    { text: 'hub.example.com', expected: false },
    { text: '', expected: false },
  ]) {
    test(`${JSON.stringify(text)} ${expected ? 'is one' : 'is none'}`, () => expect(isNetwork(text)).toBe(expected))
  }
})

describe('this machine alone', () => {
  for (const { text, expected } of [
    { text: 'localhost', expected: true },
    { text: '127.0.0.1', expected: true },
    { text: '127.8.9.1', expected: true },
    { text: '::1', expected: true },
    { text: '::', expected: false },
    { text: '0.0.0.0', expected: false },
    { text: '127.example.com', expected: false },
  ]) {
    test(`${text} ${expected ? 'is' : 'is not'}`, () => expect(isLoopback(text)).toBe(expected))
  }
})
