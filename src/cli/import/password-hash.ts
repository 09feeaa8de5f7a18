import type { PlannedHash } from './import-plan.ts'

/** How EMQX's built-in database was told to hash; its export does not say. */
export interface EmqxHashing {
  readonly algorithm: string
  readonly saltPosition?: string
  readonly iterations?: number
  readonly macFunction?: string
}

/** EMQX: a digest in hexadecimal, a salt whose text is used as it is. None for what is too weak to be taken over. */
export function readEmqxHash(digest: string, salt: string, hashing: EmqxHashing): PlannedHash | undefined {
  const { algorithm, saltPosition = 'prefix', iterations, macFunction = 'sha256' } = hashing
  if (algorithm === 'bcrypt') return readBcrypt(digest)
  if (!/^(?:[0-9a-f]{2})+$/i.test(digest)) return undefined
  const salted = { digest: Buffer.from(digest, 'hex').toString('base64'), salt: Buffer.from(salt).toString('base64') }
  if (algorithm === 'pbkdf2') {
    return iterations !== undefined && isMac(macFunction)
      ? { algorithm, ...salted, iterations, macFunction }
      : undefined
  }
  if (!isMac(algorithm)) return undefined
  const { digest: bare } = salted
  if (saltPosition === 'disable' || salt === '') return { algorithm, digest: bare }
  return saltPosition === 'prefix' || saltPosition === 'suffix' ? { algorithm, ...salted, saltPosition } : undefined
}

/** mosquitto_passwd: `$6$salt$hash` is SHA-512 of password and salt, `$7$iterations$salt$hash` PBKDF2 with SHA-512; in base64. */
export function readMosquittoHash(text: string): PlannedHash | undefined {
  const [, version, ...fields] = text.split('$')
  if (version === '6' && fields.length === 2) {
    const [salt = '', digest = ''] = fields
    return isBase64(salt, digest) ? { algorithm: 'sha512', digest, salt, saltPosition: 'suffix' } : undefined
  }
  if (version !== '7' || fields.length !== 3) return undefined
  const [rounds, salt = '', digest = ''] = fields
  const iterations = Number(rounds)
  if (!Number.isSafeInteger(iterations) || iterations < 1 || !isBase64(salt, digest)) return undefined
  return { algorithm: 'pbkdf2', digest, salt, iterations, macFunction: 'sha512' }
}

function readBcrypt(text: string): PlannedHash | undefined {
  return /^\$2[aby]\$\d{2}\$[./A-Za-z0-9]{53}$/.test(text) ? { algorithm: 'bcrypt', digest: text } : undefined
}

function isMac(name: string): name is 'sha256' | 'sha512' {
  return name === 'sha256' || name === 'sha512'
}

function isBase64(...texts: readonly string[]): boolean {
  return texts.every(
    (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text) && text !== '',
  )
}
