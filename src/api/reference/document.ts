/** As much of an OpenAPI 3.1 document as its page shows. */
export interface ApiDocument {
  readonly info: { readonly title: string; readonly version: string }
  readonly security: readonly SecurityRequirement[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly securitySchemes: Readonly<Record<string, SecurityScheme>>
  }
}

export type SecurityRequirement = Readonly<Record<string, readonly string[]>>

export interface SecurityScheme {
  readonly type: string
  readonly scheme?: string
  readonly description: string
}

export interface Operation {
  readonly tags?: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly security?: readonly SecurityRequirement[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly required?: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>
  /** Roles of callers; any of them suffices. */
  readonly 'x-roles'?: readonly string[]
}

export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema: Schema
}

export type Content = Readonly<Record<string, { readonly schema?: Schema }>>

export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly additionalProperties?: boolean | Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly example?: unknown
  readonly examples?: readonly unknown[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
}

export interface NamedOperation extends Operation {
  /** Its anchor on the page. */
  readonly id: string
  readonly method: string
  readonly path: string
}

/** Every call under its first tag, in the order of the tags. */
export function listByTag({ paths }: ApiDocument): readonly (readonly [tag: string, readonly NamedOperation[]])[] {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, id: idOf(method, path), method, path })),
  )
  const tagged = Map.groupBy(all, ({ tags }) => tags?.[0] ?? 'other')
  return [...tagged].toSorted(([one], [other]) => one.localeCompare(other))
}

/** The schema that a reference leads to, with its name; others are their own. */
export function resolve(
  schema: Schema,
  { components }: ApiDocument,
): { readonly name?: string; readonly schema: Schema } {
  const name = schema.$ref?.split('/').at(-1)
  const found = name === undefined ? undefined : components.schemas[name]
  return name === undefined || found === undefined ? { schema } : { name, schema: found }
}

function idOf(method: string, path: string): string {
  return `${method}${path}`
    .replaceAll(/[^a-z0-9]+/gi, '-')
    .replace(/-$/, '')
    .toLowerCase()
}
