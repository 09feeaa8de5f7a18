export const PROXY_CREDENTIALS = ['none', 'api', 'mtls'] as const
export const PROXY_EXAMPLE = '[{"path": "/app", "host": "127.0.0.1", "port": 8080}]'

// RFC 3986 §2.3: segments that every server spells in one way
const PATH = /^(?:\/(?!\.\.?(?:\/|$))[\w.~-]+)+$/

/** Whether it is "/" or whole segments behind "/", without a "/" at the end. */
export function isProxyPath(text: string): boolean {
  return text === '/' || PATH.test(text)
}
