import type { X509Certificate } from 'node:crypto'
import { html, raw } from 'hono/html'
import type { Language } from '../language.ts'
import { renderPage } from './page.ts'
import { TRUST_STYLE } from './trust-style.ts'
import { COMMANDS, type TrustGuide, type TrustText } from './trust-text.ts'
import { trustTextEnglish } from './trust-text-en.ts'
import { trustTextRussian } from './trust-text-ru.ts'

export interface TrustPageRequest {
  readonly language: Language
  /** As the hub is reached, for commands to paste. */
  readonly origin: string
  readonly certificates: readonly X509Certificate[]
}

const TEXTS = { en: trustTextEnglish, ru: trustTextRussian } as const satisfies Record<
  Language,
  (origin: string) => TrustText
>

/** How a browser or a system comes to trust the CA, for each of them. */
export function renderTrustPage({ language, origin, certificates }: TrustPageRequest) {
  const text = TEXTS[language](origin)
  return renderPage({
    language,
    title: text.title,
    style: TRUST_STYLE,
    body: html`<p>${text.lead}</p>
${certificates.map((certificate) => renderCertificate(certificate, text, language))}
<p>${text.compare}</p>
<pre>${COMMANDS.fingerprint}</pre>
<h2>${text.files}</h2>
<ul>
<li><a href="ca.pem">ca.pem</a> <span>${text.pem}</span></li>
<li><a href="ca.cer">ca.cer</a> <span>${text.der}</span></li>
</ul>
<h2>${text.revoked}</h2>
<ul>
<li><a href="ca.crl">ca.crl</a> <span>${text.crl}</span></li>
<li><a href="ca.crl.pem">ca.crl.pem</a> <span>${text.crlPem}</span></li>
</ul>
<h2>${text.systems}</h2>
${text.guides.map(renderGuide)}`,
  })
}

function renderCertificate({ subject, fingerprint256, validTo }: X509Certificate, text: TrustText, language: Language) {
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(Date.parse(validTo))
  return html`<dl>
<dt>${text.subject}</dt><dd>${subject?.replaceAll('\n', ', ') ?? ''}</dd>
<dt>${text.notAfter}</dt><dd>${date}</dd>
<dt>${text.fingerprint}</dt><dd><code>${raw(fingerprint256.replaceAll(':', ':<wbr>'))}</code></dd>
</dl>
`
}

function renderGuide({ system, steps }: TrustGuide) {
  return html`<details>
<summary>${system}</summary>
${steps.map((step) => (typeof step === 'string' ? html`<p>${step}</p>\n` : html`<pre>${step.command}</pre>\n`))}</details>
`
}
