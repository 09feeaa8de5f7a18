import { describe, expect, test } from 'vitest'
import { isHostName, isHttpUrl, isOrigin, isServerName } from '../src/host-name.ts'

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

describe('an origin is written as a browser writes it', () => {
  for (const { text, expected } of [
    { text: 'https://app.example.com', expected: true },
    { text: 'https://app.example.com:8443', expected: true },
    { text: 'http://[::1]:5173', expected: true },
    { text: 'capacitor://localhost', expected: true },
    { text: 'https://app.example.com/', expected: false },
    { text: 'https://app.example.com:443', expected: false },
    { text: 'https://App.example.com', expected: false },
    { text: 'HTTPS://app.example.com', expected: false },
    { text: 'https://', expected: false },
    { text: 'app.example.com', expected: false },
    { text: 'capacitor://localhost/x', expected: false },
    { text: 'https://*.example.com', expected: false },
    { text: 'null', expected: false },
    { text: '*', expected: false },
  ]) {
    test(`${text} ${expected ? 'is one' : 'is none'}`, () => expect(isOrigin(text)).toBe(expected))
  }
})

describe('the address of an HTTP server has a host, perhaps a port, and nothing else', () => {
  for (const { text, expected } of [
    { text: 'http://localhost:18083', expected: true },
    { text: 'https://emqx.example.com/', expected: true },
    { text: 'http://[::1]:18083', expected: true },
    { text: 'localhost:18083', expected: false },
    { text: 'ftp://localhost', expected: false },
    { text: 'http://key:secret@localhost', expected: false },
    { text: 'http://localhost/api/v5', expected: false },
    { text: '', expected: false },
  ]) {
    test(`${text} ${expected ? 'is one' : 'is none'}`, () => expect(isHttpUrl(text)).toBe(expected))
  }
})
