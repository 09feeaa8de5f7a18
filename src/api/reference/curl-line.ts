import type { ApiDocument, NamedOperation, Schema } from './document.ts'
import { exampleOf } from './example.ts'

/** A command to paste into a shell, with the credential that the call asks for; `origin` is how the hub is reached. */
export function curlLine(operation: NamedOperation, document: ApiDocument, origin: string): string {
  const { method, path, requestBody } = operation
  const url = `${origin}${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase())}`
  return [
    'curl --cacert ca-cert.pem',
    ...(method === 'get' ? [] : [`-X ${method.toUpperCase()}`]),
    ...credentialOf(operation, document),
    ...(requestBody ? bodyOf(requestBody.content, document) : []),
    quote(url),
  ].join(' \\\n  ')
}

function credentialOf({ security }: NamedOperation, document: ApiDocument): readonly string[] {
  const [first = {}] = security ?? document.security
  const [name] = Object.keys(first)
  const scheme = name === undefined ? undefined : document.components.securitySchemes[name]
  if (!scheme) return []
  if (scheme.type === 'mutualTLS') return ['--cert device-cert.pem --key device-key.pem']
  return [scheme.scheme === 'basic' ? '-u "DEVICE:$TOKEN"' : '-H "Authorization: Bearer $TOKEN"']
}

function bodyOf(
  content: Readonly<Record<string, { readonly schema?: Schema }>>,
  document: ApiDocument,
): readonly string[] {
  const [type = '', { schema = {} } = {}] = Object.entries(content)[0] ?? []
  const data = type === 'application/json' ? quote(JSON.stringify(exampleOf(schema, document))) : '@FILE'
  return [`-H ${quote(`Content-Type: ${type}`)}`, `--data-binary ${data}`]
}

/** For a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
