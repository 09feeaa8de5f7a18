import { html } from 'hono/html'
import type { ReferenceText } from '../pages/reference-text.ts'
import { curlLine } from './curl-line.ts'
import type { ApiDocument, Content, NamedOperation, Schema } from './document.ts'
import { exampleOf } from './example.ts'
import { type Html, viewField, viewSchema } from './schema-view.ts'

export interface ReferenceScene {
  readonly document: ApiDocument
  readonly text: ReferenceText
  /** As the hub is reached, for commands to paste. */
  readonly origin: string
}

/** One call, closed until somebody opens it or follows a link to it. */
export function viewOperation(operation: NamedOperation, scene: ReferenceScene): Html {
  const { id, method, path, summary, description, parameters = [], requestBody, responses } = operation
  const { document, text, origin } = scene
  return html`<details id="${id}" data-call="${`${method} ${path} ${summary}`.toLowerCase()}">
<summary><span><b>${method.toUpperCase()}</b> <code>${path}</code></span> <span>${summary}</span></summary>
${description ? html`<p>${description}</p>` : ''}
<p>${text.access}: ${viewAccess(operation, scene)} <a href="#${id}" aria-label="${text.link} ${method} ${path}">#</a></p>
<pre tabindex="0">${curlLine(operation, document, origin)}</pre>
${
  parameters.length === 0
    ? ''
    : html`<h3>${text.parameters}</h3>
<dl>${parameters.map(({ name, in: place, required: isRequired = false, description, schema }) =>
        viewField({ name, place, isRequired, description, schema }, document, text),
      )}</dl>`
}
${requestBody ? html`<h3>${text.body}</h3>${viewContent(requestBody.content, scene)}` : ''}
<h3>${text.answers}</h3>
${Object.entries(responses).map(
  ([status, { description, content = {} }]) => html`<h4>${status} <span>${description}</span></h4>
${viewContent(content, scene)}`,
)}</details>
`
}

function viewAccess({ security, 'x-roles': roles }: NamedOperation, { document, text }: ReferenceScene): Html {
  const names = (security ?? document.security).flatMap((one) => Object.keys(one))
  if (names.length === 0) return html`${text.anybody}`
  const ways = names.map((name, n) => html`${n > 0 ? ', ' : ''}<a href="#scheme-${name}">${name}</a>`)
  return html`${ways}${roles ? html`; ${text.role}: ${roles.join(', ')}` : ''}`
}

const LONGEST_EXAMPLE = 4000

function viewContent(content: Content, { document, text }: ReferenceScene): Html {
  return html`${Object.entries(content).map(([type, { schema = {} }]) =>
    type === 'application/problem+json'
      ? html`<p><code>${type}</code> ${viewSchema(schema, document, text)}</p>`
      : html`<p><code>${type}</code></p>
${viewSchema(schema, document, text)}
${viewExample(type, schema, document)}`,
  )}`
}

export function viewExample(type: string, schema: Schema, document: ApiDocument): Html | '' {
  if (!type.endsWith('json')) return ''
  const example = JSON.stringify(exampleOf(schema, document), undefined, 2)
  return example.length > LONGEST_EXAMPLE ? '' : html`<pre tabindex="0">${example}</pre>`
}
