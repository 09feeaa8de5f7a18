import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Answers, openHubDouble, problem } from './hub-double.ts'
import { run } from './terminal.ts'

const HOOK = {
  id: 'h1',
  name: 'duty',
  state: 'active',
  target: 'https://api.example.com',
  events: ['certificate.*'],
  topicFilters: [],
  format: 'json',
  hasTemplate: true,
  headerNames: ['authorization'],
  createdAt: '2026-11-22T12:00:00.000Z',
  pending: 1,
  dead: 1,
  dropped: 0,
}
const DEAD = {
  id: 'd1',
  event: 'certificate.revoked',
  state: 'dead',
  attempts: 12,
  nextAt: null,
  error: 'answered 500',
  createdAt: '2026-11-22T12:00:00.000Z',
}

const ANSWERS: Answers = {
  'POST /api/webhooks': { status: 201, body: { ...HOOK, secret: 'whsec_new' } },
  'GET /api/webhooks?limit=500': { body: { items: [HOOK], nextCursor: null } },
  'GET /api/webhooks/h1': { body: HOOK },
  'GET /api/webhooks/h1/deliveries?state=dead&limit=500': { body: { items: [DEAD], nextCursor: null } },
  'GET /api/webhooks/h2': { body: { ...HOOK, id: 'h2', hasTemplate: false, format: 'form' } },
  'GET /api/webhooks/h2/deliveries?state=dead&limit=500': { body: { items: [], nextCursor: null } },
  'POST /api/webhooks/h1/test': { body: { delivered: true, status: 204, error: null } },
  'POST /api/webhooks/h2/test': { body: { delivered: false, status: 500, error: 'answered 500' } },
  'POST /api/webhooks/h1/deliveries/d1/retry': { status: 202 },
  'DELETE /api/webhooks/h1/deliveries/d1': { status: 204 },
  'DELETE /api/webhooks/h1': { status: 204 },
  'DELETE /api/webhooks/h3': problem(404, 'webhook_not_found'),
}

async function call(argv: readonly string[], files: Readonly<Record<string, string>> = {}) {
  await using folder = await temporaryFolder()
  await using hub = await openHubDouble(ANSWERS, { folder: folder.path })
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder.path, name), content)
  const finished = await run({ argv: ['webhook', ...argv], cwd: folder.path })
  return { ...finished, requests: hub.requests.map(({ call: asked, body }) => [asked, body]) }
}

describe('webhook add', () => {
  test('prints the secret alone, and says how to try it', async () => {
    const { stdout, stderr, requests } = await call([
      'add',
      'https://a.example',
      '--events',
      'a.*,b.c',
      '--topic',
      'x/#',
      '--topic',
      'y',
    ])
    expect(stdout).toBe('whsec_new\n')
    expect(stderr).toContain('signet webhook test h1')
    const body = { url: 'https://a.example', events: ['a.*', 'b.c'], topicFilters: ['x/#', 'y'] }
    expect(requests).toEqual([['POST /api/webhooks', body]])
  })

  test('takes from files what nobody else on the machine is to see', async () => {
    const files = {
      url: 'https://a.example/bot-token\n',
      template: '{"text":"{{type}}"}',
      headers: '{"authorization":"Bearer 1"}',
      secret: '0123456789abcdef\n',
    }
    const argv = [
      '--url-file',
      'url',
      '--template-file',
      'template',
      '--header-file',
      'headers',
      '--secret-file',
      'secret',
    ]
    const { stdout, requests } = await call(['add', ...argv, '--form', '--name', 'duty'], files)
    expect(stdout).toBe('')
    expect(requests[0]?.[1]).toEqual({
      url: 'https://a.example/bot-token',
      name: 'duty',
      template: { text: '{{type}}' },
      format: 'form',
      headers: { authorization: 'Bearer 1' },
      secret: '0123456789abcdef',
    })
  })

  for (const { name, argv, said } of [
    { name: 'no URL', argv: ['add'], said: '--url-file' },
    { name: 'two URLs', argv: ['add', 'https://a.example', '--url-file', 'url'], said: '--url-file' },
    {
      name: 'a template that is no JSON',
      argv: ['add', 'https://a.example', '--template-file', 'url'],
      said: 'url is not JSON',
    },
  ]) {
    test(`${name}: nothing is asked`, async () => {
      const { code, stderr, requests } = await call(argv, { url: 'https://b.example' })
      expect([code, requests]).toEqual([1, []])
      expect(stderr).toContain(said)
    })
  }
})

test('webhook list has a line for each', async () => {
  const [, row = ''] = (await call(['list'])).stdout.split('\n')
  expect(row.split(/ {2,}/)).toEqual(['h1', 'duty', 'active', HOOK.target, 'certificate.*', '-', '1', '1', '0'])
  expect(JSON.parse((await call(['list', '--json'])).stdout)).toEqual([HOOK])
})

test('webhook show tells what has not reached it', async () => {
  const { stdout } = await call(['show', 'h1'])
  expect(stdout).toMatch(/^Body +a template, as JSON$/m)
  expect(stdout).toMatch(/^d1 +certificate\.revoked .* 12 +answered 500$/m)
  expect((await call(['show', 'h2'])).stdout).not.toContain('DELIVERY')
  expect(JSON.parse((await call(['show', 'h1', '--json'])).stdout)).toEqual({ ...HOOK, deliveries: [DEAD] })
})

for (const { argv, code = 0, said } of [
  { argv: ['test', 'h1'], said: 'answered 204' },
  { argv: ['test', 'h2'], code: 1, said: 'answered 500' },
  { argv: ['retry', 'h1', 'd1'], said: 'd1 is due' },
  { argv: ['drop', 'h1', 'd1'], said: 'd1 is dropped' },
  { argv: ['remove', 'h1'], said: 'h1 is removed' },
  { argv: ['remove', 'h3'], code: 1, said: 'webhook_not_found' },
]) {
  test(`webhook ${argv.join(' ')} ${code === 0 ? 'is done' : 'fails'}`, async () => {
    const finished = await call(argv)
    expect([finished.code, finished.stdout + finished.stderr]).toEqual([code, expect.stringContaining(said)])
  })
}
