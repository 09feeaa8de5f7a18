import { describe, expect, test } from 'vitest'
import { parseConfigFile, writeSettings } from '../src/config-file.ts'

describe('a config.yaml', () => {
  test('is read with its lines', () => {
    expect(parseConfigFile('# hub\napi:\n  port: 3001\ntls: { server_names: [a, b] }\n').nodes).toEqual([
      { name: 'api', line: 2, children: [{ name: 'port', line: 3, value: 3001 }] },
      { name: 'tls', line: 4, children: [{ name: 'server_names', line: 4, value: ['a', 'b'] }] },
    ])
  })

  test('may be empty, or hold comments alone', () => {
    for (const text of ['', '# nothing\n', '---\n']) expect(parseConfigFile(text)).toEqual({ nodes: [], problems: [] })
  })

  test('keeps names of the prototype as plain names', () => {
    const { nodes } = parseConfigFile('__proto__: { port: 1 }\nconstructor: 2\n')
    expect(nodes.map(({ name }) => name)).toEqual(['__proto__', 'constructor'])
  })

  for (const { name, text, line, message } of [
    { name: 'a key that stands twice', text: 'a: 1\na: 2\n', line: 2, message: /unique/ },
    { name: 'a tab as indentation', text: 'api:\n\tport: 1\n', line: 2, message: /Tabs/ },
    { name: 'a bracket that is not closed', text: 'a: 1\nb: [1\n', line: 3, message: /\]/ },
    { name: 'a list', text: '- a\n', line: 1, message: /expected a map/ },
    { name: 'a text', text: 'hello', line: 1, message: /expected a map/ },
    { name: 'two documents', text: 'a: 1\n---\nb: 1\n', line: 2, message: /multiple documents/ },
    { name: 'an alias', text: 'a: &x 1\nb: *x\n', line: 2, message: /alias \*x/ },
    { name: 'an alias of itself', text: 'a: &x\n  b: *x\n', line: 2, message: /alias \*x/ },
    { name: 'an alias of nothing', text: 'a: [*y]\n', line: 1, message: /alias \*y/ },
  ]) {
    test(`refused/${name}`, () => {
      const { nodes, problems } = parseConfigFile(text)
      expect(nodes).toEqual([])
      expect(problems).toEqual([{ line, message: expect.stringMatching(message) }])
    })
  }
})

describe('settings are written', () => {
  const SSL = [
    ['ssl.enabled', true],
    ['ssl.cert_file', '/a/fullchain.pem'],
  ] as const

  test('among what is there, comments and order kept', () => {
    const text =
      '# mine\napi:\n  port: 3001 # not 3000\n\n# below\nssl:\n  cert_file: old.pem # by hand\nlog: { level: debug }\n'
    expect(writeSettings(text, SSL)).toBe(
      '# mine\napi:\n  port: 3001 # not 3000\n\n# below\nssl:\n  cert_file: /a/fullchain.pem # by hand\n  enabled: true\nlog: { level: debug }\n',
    )
  })

  for (const { name, text, expected } of [
    { name: 'an empty file', text: '', expected: 'ssl:\n  enabled: true\n  cert_file: /a/fullchain.pem\n' },
    {
      name: 'comments alone',
      text: '# nothing yet\n',
      expected: '# nothing yet\n\nssl:\n  enabled: true\n  cert_file: /a/fullchain.pem\n',
    },
    {
      name: 'a group without members',
      text: 'ssl:\napi:\n  port: 1\n',
      expected: 'ssl:\n  enabled: true\n  cert_file: /a/fullchain.pem\napi:\n  port: 1\n',
    },
  ]) {
    test(`into ${name}`, () => expect(writeSettings(text, SSL)).toBe(expected))
  }
})
