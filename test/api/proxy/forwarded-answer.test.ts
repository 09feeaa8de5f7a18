import { describe, expect, test } from 'vitest'
import { answerHeaders, SANDBOX } from '../../../src/api/proxy/forwarded-answer.ts'

type Lines = Readonly<Record<string, string[]>>

describe('a header of the backend', () => {
  for (const { name, lines, expected } of [
    { name: 'is passed on in all its lines', lines: { x: ['1', '2'] }, expected: { x: ['1', '2'] } },
    {
      name: 'ends here where it is for one hop alone',
      lines: {
        connection: ['close, X-Hop'],
        'x-hop': ['1'],
        'keep-alive': ['timeout=5'],
        trailer: ['x'],
        upgrade: ['h2c'],
      },
      expected: {},
    },
    {
      name: 'ends here where it would hold for every page of our host',
      lines: {
        'strict-transport-security': ['max-age=1'],
        'alt-svc': ['h3=":443"'],
        'clear-site-data': ['"*"'],
        nel: ['{}'],
        'report-to': ['{}'],
        'service-worker-allowed': ['/'],
      },
      expected: {},
    },
    {
      name: 'Set-Cookie is dropped where the cookie would be ours',
      lines: { 'set-cookie': ['a=1; Path=/', '__Host-signet=x; Secure; Path=/'] },
      expected: { 'set-cookie': ['a=1; Path=/'] },
    },
    { name: 'Content-Length is passed on', lines: { 'content-length': ['3'] }, expected: { 'content-length': ['3'] } },
    {
      name: 'Content-Length is nothing beside a coding',
      lines: { 'content-length': ['3'], 'transfer-encoding': ['chunked'] },
      expected: {},
    },
  ] as readonly { readonly name: string; readonly lines: Lines; readonly expected: object }[]) {
    test(name, () => expect(answerHeaders({ headersDistinct: lines }, { trusted: true })).toEqual(expected))
  }
})

describe('the policy', () => {
  const headersDistinct = { 'content-security-policy': ["default-src 'self'"] }

  test('of a backend stays beside the sandbox', () => {
    const { 'content-security-policy': policies } = answerHeaders({ headersDistinct }, { trusted: false })
    expect(policies).toEqual(["default-src 'self'", SANDBOX])
  })

  test('of a trusted backend stands alone', () => {
    expect(answerHeaders({ headersDistinct }, { trusted: true })).toEqual(headersDistinct)
  })
})
