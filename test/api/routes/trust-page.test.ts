import { createHash, X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { renderTrustPage } from '../../../src/api/pages/trust-page.ts'
import { trustTextEnglish } from '../../../src/api/pages/trust-text-en.ts'
import { trustTextRussian } from '../../../src/api/pages/trust-text-ru.ts'
import { createForeignCa } from '../../support/certificate-maker.ts'
import { authority, createHarness } from '../api-harness.ts'

async function open(language: string | undefined, url = 'https://hub.example.com/pki/') {
  const headers = language === undefined ? {} : { 'accept-language': language }
  return createHarness().call(url, { as: 'nobody', headers })
}

describe('GET /pki/', () => {
  test('shows the fingerprint to compare, and links to the certificate in both forms', async () => {
    const { status, text, headers } = await open('en')
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/html; charset=UTF-8')
    expect(text.replaceAll('<wbr>', '')).toContain(`<code>${authority.fingerprint}</code>`)
    const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => link)
    expect(links).toEqual(['ca.pem', 'ca.cer', 'ca.crl', 'ca.crl.pem'])
    for (const link of links) expect((await createHarness().call(`/pki/${link}`, { as: 'nobody' })).status).toBe(200)
  })

  for (const { accepted, language, title } of [
    { accepted: 'ru-RU,en;q=0.8', language: 'ru', title: 'Как доверять этому хабу' },
    { accepted: 'en', language: 'en', title: 'Trust this hub' },
    { accepted: 'de', language: 'en', title: 'Trust this hub' },
    { accepted: undefined, language: 'en', title: 'Trust this hub' },
  ]) {
    test(`speaks ${language} to a reader of ${accepted}`, async () => {
      const { text, headers } = await open(accepted)
      expect(text).toContain(`<html lang="${language}">`)
      expect(text).toContain(`<h1>${title}</h1>`)
      expect(headers.get('content-language')).toBe(language)
      expect(headers.get('vary')).toBe('Accept-Language')
    })
  }

  test('needs no script and no other origin, and its policy allows its one style alone', async () => {
    const { text, headers } = await open('ru')
    expect(text).not.toMatch(/<script|<link|<img|style=|\son\w+=|src=/)
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(text) ?? []
    const hash = createHash('sha256').update(style).digest('base64')
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
  })

  for (const { url, origin } of [
    { url: 'https://hub.example.com/pki/', origin: 'https://hub.example.com:3000' },
    { url: 'http://192.0.2.1/pki/', origin: 'https://192.0.2.1:3000' },
    { url: 'http://[::1]:3000/pki/', origin: 'https://[::1]:3000' },
    { url: 'http://evil.example/pki/', origin: 'https://hub.example.com:3000' },
  ]) {
    test(`names ${origin} in its commands to a reader of ${url}`, async () => {
      expect((await open('en', url)).text).toContain(`curl --cacert ca.pem ${origin}/livez`)
    })
  }

  test('is found without its last slash', async () => {
    const answer = await open('en', 'https://hub.example.com/pki')
    expect({ status: answer.status, location: answer.headers.get('location') }).toEqual({
      status: 308,
      location: 'pki/',
    })
  })

  test('shows what a CA calls itself as text', async () => {
    const { pem } = await createForeignCa('CN=<b>Works</b>')
    // As Node leaves the subject of an empty name.
    const nameless = Object.defineProperty(new X509Certificate(pem), 'subject', { value: undefined })
    const certificates = [new X509Certificate(pem), authority.certificate, nameless]
    const page = String(await renderTrustPage({ language: 'en', origin: 'https://localhost', certificates }))
    expect(page).not.toContain('<b>')
    expect(page).toMatch(/CN=.*&lt;.*Works/)
    expect(page.match(/<dl>/g)).toHaveLength(3)
  })
})

test('both languages have the same systems, each with the same commands', () => {
  const shape = (text: ReturnType<typeof trustTextEnglish>) =>
    text.guides.map(({ steps }) => steps.map((step) => (typeof step === 'string' ? 'words' : step.command)))
  const [english, russian] = [trustTextEnglish('https://hub'), trustTextRussian('https://hub')]
  expect(shape(russian)).toEqual(shape(english))
  expect(Object.keys(russian)).toEqual(Object.keys(english))
  const systems = /Windows|macOS|iPhone|Android|Debian|Fedora|Firefox|Chrome|curl|Node\.js|Python|Java/
  expect(english.guides.filter(({ system }) => !systems.test(system))).toEqual([])
  expect(english.guides).toHaveLength(12)
})
