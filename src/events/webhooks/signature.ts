import { createHmac, randomBytes } from 'node:crypto'

const SECRET_OCTETS = 32

export function createSecret(): string {
  return `whsec_${randomBytes(SECRET_OCTETS).toString('base64url')}`
}

/** `t=<unix seconds>,v1=<hex>`: HMAC-SHA256 (RFC 2104) over `<t>.<body>` with the secret as it is written. */
export function signBody(secret: string, at: Date, body: string): string {
  const t = Math.floor(at.getTime() / 1000)
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`
}
