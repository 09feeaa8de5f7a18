import type { Json } from './webhook.ts'

// `{{data.id}}`: names and dots, and nothing that could be computed.
const PATH = String.raw`\{\{ *([A-Za-z_][\w-]*(?:\.[\w-]+)*) *\}\}`
const PLACES = new RegExp(PATH, 'g')
const WHOLE = new RegExp(`^${PATH}$`)

/**
 * The template with what its places name: in a text as text, alone as the value it is. Nothing that is put in can change
 * the form around it, because the form is made of values and written as JSON afterwards.
 */
export function renderTemplate(template: Json, values: unknown): Json {
  if (typeof template === 'string') return renderText(template, values)
  if (typeof template !== 'object' || template === null) return template
  if (Array.isArray(template)) return template.map((item: Json) => renderTemplate(item, values))
  return Object.fromEntries(Object.entries(template).map(([name, value]) => [name, renderTemplate(value, values)]))
}

function renderText(text: string, values: unknown): Json {
  const [, path] = WHOLE.exec(text) ?? []
  // What is put in is itself no template.
  return path === undefined
    ? text.replaceAll(PLACES, (_, place: string) => textOf(find(values, place)))
    : (find(values, path) ?? '')
}

function find(values: unknown, path: string): Json | undefined {
  return path.split('.').reduce<unknown>(memberOf, values) as Json | undefined
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}

function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
