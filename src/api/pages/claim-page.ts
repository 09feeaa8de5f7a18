import { createHash } from 'node:crypto'
import { html } from 'hono/html'
import type { Language } from '../language.ts'
import { CLAIM_SCRIPT } from './claim-script.ts'
import { CLAIM_MESSAGES, CLAIM_TEXTS } from './claim-text.ts'
import { renderPage } from './page.ts'
import { PAGE_STYLE } from './page-style.ts'

const STYLE = `${PAGE_STYLE}fieldset { margin: 24px 0 16px; padding: 0; border: 0; }
legend { padding: 0; font-weight: 600; }
label { display: block; margin: 8px 0; padding: 12px 16px; border: 1px solid var(--line); border-radius: 6px; background: var(--panel); }
label:has(input:checked) { border-color: var(--accent); }
label span, small { display: block; color: var(--quiet); font-size: 13px; }
label:has([type='radio']) { padding-left: 40px; cursor: pointer; }
input[type='radio'] { margin: 0 8px 0 -24px; accent-color: var(--accent); }
input[type='password'] { display: block; width: 100%; margin: 8px 0; padding: 8px; border: 1px solid var(--quiet); border-radius: 6px; background: var(--page); color: var(--text); font: inherit; }
button { margin: 8px 0; padding: 12px 16px; border: 0; border-radius: 6px; background: var(--accent); color: var(--page); font: inherit; font-weight: 600; cursor: pointer; }
button:disabled { opacity: 0.6; cursor: default; }
[data-message] { margin: 16px 0; padding: 12px 16px; border: 1px solid var(--line); border-left: 4px solid var(--accent); border-radius: 6px; background: var(--panel); }
[hidden] { display: none; }
@media (max-width: 480px) { button { width: 100%; } }
`

const allow = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Of the page: its style, its script, and calls of this hub. */
export const CLAIM_POLICY = `default-src 'none'; style-src ${allow(STYLE)}; script-src ${allow(CLAIM_SCRIPT)}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** The same for everybody who speaks this language: whose link it is stands in the link alone. */
export function renderClaimPage(language: Language) {
  const text = CLAIM_TEXTS[language]
  return renderPage({
    language,
    title: text.title,
    style: STYLE,
    script: CLAIM_SCRIPT,
    body: html`<p>${text.lead}</p>
<noscript><p data-message="noscript">${text.noScript}</p></noscript>
<form id="claim" hidden>
<fieldset>
<legend>${text.choice}</legend>
<label><input type="radio" name="as" value="bundle" checked>${text.bundle}<span>${text.bundleHint}</span></label>
<label><input type="radio" name="as" value="p12">${text.keyStore}<span>${text.keyStoreHint}</span></label>
</fieldset>
<label id="secrecy" hidden>${text.password}<input id="password" type="password" autocomplete="new-password" minlength="8" maxlength="128" required disabled><small>${text.passwordHint}</small></label>
<button id="go">${text.button}</button>
</form>
<div role="status">
${CLAIM_MESSAGES.map((name) => html`<div data-message="${name}" hidden>${text.messages[name]}${name === 'done' ? html` <a id="again" href="#">${text.again}</a>` : ''}</div>\n`)}</div>`,
  })
}
