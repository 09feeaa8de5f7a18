import { html } from 'hono/html'
import type { Language } from '../language.ts'
import { type ApiDocument, listByTag } from '../reference/document.ts'
import { type ReferenceScene, viewExample, viewOperation } from '../reference/operation-view.ts'
import { viewSchema } from '../reference/schema-view.ts'
import { renderPage } from './page.ts'
import { REFERENCE_SCRIPT } from './reference-script.ts'
import { REFERENCE_STYLE } from './reference-style.ts'
import { REFERENCE_TEXTS } from './reference-text.ts'

/** The whole API on one page, which needs no script to be read. */
export function renderReferencePage(language: Language, document: ApiDocument, origin: string) {
  const text = REFERENCE_TEXTS[language]
  const scene = { document, text, origin }
  const tags = listByTag(document)
  return renderPage({
    language,
    title: text.title,
    style: REFERENCE_STYLE,
    script: REFERENCE_SCRIPT,
    body: html`<p>${document.info.title} ${document.info.version}. ${text.lead} <a href="/openapi.json">${text.source}: openapi.json</a></p>
<search hidden><label for="filter">${text.filter}</label><input id="filter" type="search" autocomplete="off"></search>
<p id="nothing" role="status" hidden>${text.nothing}</p>
<nav aria-label="${text.title}"><ul>${tags.map(([tag]) => html`<li><a href="#${anchorOf(tag)}">${tag}</a></li>\n`)}<li><a href="#schemas">${text.schemas}</a></li></ul></nav>
${tags.map(
  ([tag, operations]) => html`<section data-tag="${tag}" lang="en">
<h2 id="${anchorOf(tag)}">${tag}</h2>
${operations.map((operation) => viewOperation(operation, scene))}</section>
`,
)}
${viewCredentials(scene)}
${viewSchemas(scene)}`,
  })
}

function viewCredentials({ document, text }: ReferenceScene) {
  const schemes = Object.entries(document.components.securitySchemes)
  return html`<section>
<h2>${text.credentials}</h2>
<dl>${schemes.map(
    ([
      name,
      { type, scheme, description },
    ]) => html`<dt id="scheme-${name}"><code>${name}</code> ${type} ${scheme ?? ''}</dt>
<dd>${description}</dd>
`,
  )}</dl>
</section>`
}

function viewSchemas({ document, text }: ReferenceScene) {
  const schemas = Object.entries(document.components.schemas).toSorted(([one], [other]) => one.localeCompare(other))
  return html`<section>
<h2 id="schemas">${text.schemas}</h2>
${schemas.map(
  ([name, schema]) => html`<details id="schema-${name}">
<summary><code>${name}</code></summary>
${viewSchema(schema, document, text)}
${viewExample('application/json', schema, document)}</details>
`,
)}</section>`
}

function anchorOf(tag: string): string {
  return `tag-${tag.replaceAll(/\W+/g, '-')}`
}
