import { type ApiDocument, resolve, type Schema } from './document.ts'

const DEEPEST = 6
const BY_FORMAT: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T12:00:00.000Z',
  uuid: '6f9619ff-8b86-4d01-b42d-00c04fc964ff',
  uri: 'https://example.com/',
  email: 'eva@example.com',
}

/** A value that looks like what the schema takes: its own examples where it has any. */
export function exampleOf(given: Schema, document: ApiDocument, depth = 0): unknown {
  const { schema } = resolve(given, document)
  const own = [schema.example, schema.examples?.[0], schema.default, schema.const, schema.enum?.[0]]
  const found = own.find((one) => one !== undefined)
  if (found !== undefined) return found
  if (depth > DEEPEST) return null
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((one) => exampleOf(one, document, depth + 1)))
  const [variant] = schema.anyOf ?? schema.oneOf ?? []
  return variant ? exampleOf(variant, document, depth + 1) : exampleOfType(schema, document, depth)
}

function exampleOfType(schema: Schema, document: ApiDocument, depth: number): unknown {
  const { type, items, properties = {}, format = '', minimum = 0, minLength = 0 } = schema
  switch (typeof type === 'string' ? type : type?.find((one) => one !== 'null')) {
    case 'object':
      return Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, exampleOf(property, document, depth + 1)]),
      )
    case 'array':
      return items ? [exampleOf(items, document, depth + 1)] : []
    case 'integer':
    case 'number':
      return minimum
    case 'boolean':
      return false
    case 'string':
      return BY_FORMAT[format] ?? '…'.padEnd(minLength, '…')
    default:
      return null
  }
}
