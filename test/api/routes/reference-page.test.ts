import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ApiDocument } from '../../../src/api/reference/document.ts'
import { createHarness } from '../api-harness.ts'

const { call } = createHarness()
const document = (await call('/openapi.json', { as: 'nobody' })).body as ApiDocument

async function open(language: string) {
  const headers = { 'accept-language': language }
  return call('https://hub.example.com/docs', { as: 'nobody', headers })
}

describe('GET /docs', () => {
  for (const { accepted, language, title } of [
    { accepted: 'ru-RU,en;q=0.8', language: 'ru', title: 'API этого хаба' },
    { accepted: 'en', language: 'en', title: 'API of this hub' },
    { accepted: 'de', language: 'en', title: 'API of this hub' },
  ]) {
    test(`speaks ${language} to a reader of ${accepted}`, async () => {
      const { status, text, headers } = await open(accepted)
      expect(status).toBe(200)
      expect(text).toContain(`<html lang="${language}">`)
      expect(text).toContain(`<h1>${title}</h1>`)
      expect(headers.get('content-language')).toBe(language)
      expect(headers.get('vary')).toBe('Accept-Language')
    })
  }

  test('shows every call once, with an anchor of its own, and every schema', async () => {
    const { text } = await open('en')
    const shown = [...text.matchAll(/data-call="(\w+) ([^ ]+) /g)].map(([, method, path]) => `${method} ${path}`)
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path.toLowerCase()}`),
    )
    expect(shown.toSorted()).toEqual(described.toSorted())
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const name of Object.keys(document.components.schemas)) expect(ids).toContain(`schema-${name}`)
    const links = [...text.matchAll(/href="#([^"]+)"/g)].map(([, link]) => link)
    expect(links.filter((link) => !ids.includes(link))).toEqual([])
  })

  test('tells of a call who may make it, its body, and a command to paste', async () => {
    const { text } = await open('en')
    const call = /<details id="put-api-policies-name".*?<\/details>/s.exec(text)?.[0] ?? ''
    expect(call).toContain('role: admin')
    expect(call).toContain('<h3>Body</h3>')
    expect(call).toMatch(/curl --cacert ca-cert\.pem \\\n {2}-X PUT \\\n/)
    expect(call).toContain('https://hub.example.com:3000/api/policies/NAME')
    expect(call).toContain('Authorization: Bearer $TOKEN')
  })

  test('asks nobody else for anything: its policy allows its own style and script by their hashes', async () => {
    const { text, headers } = await open('en')
    expect(text).not.toMatch(/<link|<img|style=|\son\w+=|src=|href="https?:/)
    const digestOf = (tag: string): string => {
      const [, content = ''] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(text) ?? []
      return `'sha256-${createHash('sha256').update(content).digest('base64')}'`
    }
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src ${digestOf('style')}; script-src ${digestOf('script')}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
  })
})

test('/openapi.json names the roles of every call that asks for one', () => {
  const without = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      operation['x-roles'] || operation.security ? [] : [`${method.toUpperCase()} ${path}`],
    ),
  )
  // Whoever is let in at all may ask who he is, and leave.
  expect(without.toSorted()).toEqual(['DELETE /api/session', 'GET /api/session'])
  expect(document.paths['/api/policies/{name}']?.['put']?.['x-roles']).toEqual(['admin'])
  expect(document.paths['/api/policies/{name}']?.['get']?.['x-roles']).toEqual(['admin', 'operator', 'auditor'])
})
