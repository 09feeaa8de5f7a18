import type { PlannedDevice, PlannedHash } from './import-plan.ts'

/** How EMQX's built-in database was told to hash; its export does not say. */
export interface EmqxHashing {
  readonly algorithm: string
  readonly saltPosition?: string
  readonly iterations?: number
  readonly macFunction?: string
}

/** EMQX: a digest in hexadecimal, a salt whose text is used as it is. For what the hub does not compare: why, in words. */
export function readEmqxHash(digest: string, salt: string, hashing: EmqxHashing): PlannedHash | string {
  const { algorithm, saltPosition = 'prefix', iterations, macFunction = 'sha256' } = hashing
  if (algorithm === 'bcrypt') return readBcrypt(digest)
  if (algorithm !== 'pbkdf2' && !isMac(algorithm)) return `${algorithm} is none of bcrypt, pbkdf2, sha256 and sha512`
  if (!/^(?:[0-9a-f]{2})+$/i.test(digest)) return 'its hash is not hexadecimal: see --password-hash'
  const salted = { digest: Buffer.from(digest, 'hex').toString('base64'), salt: Buffer.from(salt).toString('base64') }
  if (algorithm === 'pbkdf2') {
    if (iterations === undefined) return 'pbkdf2 needs --iterations'
    if (!isMac(macFunction)) return `pbkdf2 over ${macFunction} is not compared: sha256 and sha512 are`
    return { algorithm, ...salted, iterations, macFunction }
  }
  if (saltPosition === 'disable' || salt === '') return { algorithm, digest: salted.digest }
  if (saltPosition === 'prefix' || saltPosition === 'suffix') return { algorithm, ...salted, saltPosition }
  return `--salt-position ${saltPosition} is none of prefix, suffix and disable`
}

/** mosquitto_passwd: `$6$salt$hash` is SHA-512 of password and salt, `$7$iterations$salt$hash` PBKDF2 with SHA-512; in base64. */
export function readMosquittoHash(text: string): PlannedHash | string {
  const [, version, ...fields] = text.split('$')
  if (version === undefined) return 'it is no hash: mosquitto_passwd -U FILE makes one of it'
  if (version !== '6' && version !== '7') return `$${version}$ is none of $6$ and $7$`
  const damaged = `its $${version}$ hash is damaged`
  if (version === '6') {
    const [salt = '', digest = '', ...rest] = fields
    const isWhole = rest.length === 0 && isBase64(salt, digest)
    return isWhole ? { algorithm: 'sha512', digest, salt, saltPosition: 'suffix' } : damaged
  }
  const [rounds, salt = '', digest = '', ...rest] = fields
  const iterations = Number(rounds)
  const isWhole = rest.length === 0 && Number.isSafeInteger(iterations) && iterations >= 1 && isBase64(salt, digest)
  return isWhole ? { algorithm: 'pbkdf2', digest, salt, iterations, macFunction: 'sha512' } : damaged
}

function readBcrypt(text: string): PlannedHash | string {
  const isWhole = /^\$2[aby]\$\d{2}\$[./A-Za-z0-9]{53}$/.test(text)
  return isWhole ? { algorithm: 'bcrypt', digest: text } : 'its hash is no bcrypt: see --password-hash'
}

/** The credential of a device, where its hash could be read. */
export function passwordOf(userName: string, hash: PlannedHash | string): Pick<PlannedDevice, 'legacyCredential'> {
  return typeof hash === 'string' ? {} : { legacyCredential: { userName, hash } }
}

/** What is told of a password whose hash could not be read. */
export function describeFault(userName: string, hash: PlannedHash | string): readonly string[] {
  return typeof hash === 'string' ? [`The password of ${userName} is left out: ${hash}`] : []
}

function isMac(name: string): name is 'sha256' | 'sha512' {
  return name === 'sha256' || name === 'sha512'
}

function isBase64(...texts: readonly string[]): boolean {
  return texts.every(
    (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text) && text !== '',
  )
}
