import { html } from 'hono/html'
import type { ReferenceText } from '../pages/reference-text.ts'
import { type ApiDocument, resolve, type Schema } from './document.ts'

export type Html = ReturnType<typeof html>

/** The fields of an object, those within them indented below; of anything else its type. */
export function viewSchema(given: Schema, document: ApiDocument, text: ReferenceText): Html {
  const variants = given.anyOf ?? given.oneOf ?? given.allOf
  if (given.$ref || !(given.properties || variants || given.items)) return viewType(given, document, text)
  if (variants) {
    return html`<ul>${variants.map((one) => html`<li>${viewSchema(one, document, text)}</li>`)}</ul>`
  }
  if (given.items) return html`<p>${text.listOf}</p>${viewSchema(given.items, document, text)}`
  return html`<dl>${Object.entries(given.properties ?? {}).map(([name, property]) =>
    viewField({ name, schema: property, isRequired: given.required?.includes(name) ?? false }, document, text),
  )}</dl>`
}

export interface Field {
  readonly name: string
  readonly schema: Schema
  readonly isRequired: boolean
  readonly description?: string | undefined
  /** Where in the request. */
  readonly place?: string
}

/** To stand in a `dl`. */
export function viewField(field: Field, document: ApiDocument, text: ReferenceText): Html {
  const { name, schema, isRequired, place } = field
  const inner = schema.items ?? schema
  const description = field.description ?? schema.description
  return html`<dt><code>${name}</code> ${place ?? ''} ${viewType(schema, document, text)}${isRequired ? html` <b>${text.required}</b>` : ''}</dt>
<dd>${description ?? ''} ${boundsOf(schema)}${inner.properties && !inner.$ref ? viewSchema(inner, document, text) : ''}</dd>
`
}

export function viewType(schema: Schema, document: ApiDocument, text: ReferenceText): Html {
  const { name } = resolve(schema, document)
  if (name !== undefined) return html`<a href="#schema-${name}">${name}</a>`
  if (schema.items) return html`${text.listOf} ${viewType(schema.items, document, text)}`
  const variants = schema.anyOf ?? schema.oneOf
  if (variants) return html`${variants.map((one, n) => html`${n > 0 ? ' | ' : ''}${viewType(one, document, text)}`)}`
  if (schema.enum) return html`${schema.enum.map((one) => JSON.stringify(one)).join(' | ')}`
  if (schema.const !== undefined) return html`${JSON.stringify(schema.const)}`
  const type = Array.isArray(schema.type) ? schema.type.join(' | ') : String(schema.type ?? 'any')
  return html`${type}${schema.format ? ` (${schema.format})` : ''}`
}

const BOUNDS = ['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'pattern', 'default'] as const

/** In the words of JSON Schema. */
function boundsOf(schema: Schema): Html | '' {
  const bounds = BOUNDS.filter((name) => schema[name] !== undefined)
  if (bounds.length === 0) return ''
  return html`<small>${bounds.map((name) => html`<code>${name}: ${JSON.stringify(schema[name])}</code> `)}</small>`
}
