/** A name as it stands in the subject alternative name of a certificate: RFC 5280 §4.2.1.6. */
export interface FilledName {
  readonly type: 'url' | 'dns'
  readonly value: string
}

const TEMPLATE = /^(URI|DNS):([\x21-\x7e]+)$/
const PLACEHOLDER = /\{(device|user)\}/g
// RFC 5280 §4.2.1.6: the preferred name syntax of RFC 1034 §3.5, as RFC 1123 §2.1 widens it; no wildcard names a device.
const DNS_NAME = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const ABSOLUTE_URI = /^[a-z][a-z0-9+.-]*:[^{}]+$/i
// What certificates say of their own subject stands there: nobody else says it.
const RESERVED_URI = /^urn:signet:/i

/** Whether `URI:urn:example:{user}:{device}` or `DNS:{device}.example.com` is one that usual ids can fill. */
export function isNameTemplate(template: string): boolean {
  return fillName(template, { device: 'd1', user: 'u1' }) !== undefined
}

/** The name with the ids in their places; none where it would not be a name of its kind. */
export function fillName(
  template: string,
  ids: { readonly device: string; readonly user?: string },
): FilledName | undefined {
  const [, kind, pattern = ''] = TEMPLATE.exec(template) ?? []
  const idOf = (name: string): string => (name === 'device' ? ids.device : ids.user) ?? ''
  if (pattern.includes('{user}') && ids.user === undefined) return undefined
  if (kind === 'DNS') {
    const value = pattern.replaceAll(PLACEHOLDER, (_, name: string) => idOf(name)).toLowerCase()
    return DNS_NAME.test(value) ? { type: 'dns', value } : undefined
  }
  const value = pattern.replaceAll(PLACEHOLDER, (_, name: string) => encodeURIComponent(idOf(name)))
  const isUri = kind === 'URI' && ABSOLUTE_URI.test(value) && ABSOLUTE_URI.test(pattern.replaceAll(PLACEHOLDER, ''))
  return isUri && !RESERVED_URI.test(value) && URL.canParse(value) ? { type: 'url', value } : undefined
}
