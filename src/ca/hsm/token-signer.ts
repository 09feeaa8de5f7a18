import { createHash, type KeyObject, verify } from 'node:crypto'
import { DomainError } from '../../errors.ts'
import { derInteger, derSequence } from '../der.ts'
import type { OpenKey } from '../key-custody.ts'
import { findSignatureAlgorithm, type SignatureAlgorithm } from '../signature-algorithm.ts'
import { explainPkcs11, type Pkcs11Key } from './pkcs11.ts'
import { openToken, type Token, type TokenPlace } from './token.ts'

interface TokenKey {
  readonly token: Token
  readonly key: Pkcs11Key
}

/** Throws `passphrase_wrong`, `hsm_unavailable`, and `key_mismatch` where the key is not that of the CA's certificate. */
export async function openTokenSigner(place: TokenPlace, pin: string, publicKey: KeyObject): Promise<OpenKey> {
  const algorithm = requireAlgorithm(publicKey)
  const signer = new TokenSigner({ place, pin, publicKey, algorithm, open: await openKey(place, pin) })
  try {
    await requireOwnKey(signer, place)
    return signer
  } catch (error) {
    await signer[Symbol.asyncDispose]()
    throw error
  }
}

interface TokenSignerOptions {
  readonly place: TokenPlace
  readonly pin: string
  readonly publicKey: KeyObject
  readonly algorithm: SignatureAlgorithm
  readonly open: TokenKey
}

/** Signs in the token, and logs in again where the token was restarted. */
class TokenSigner implements OpenKey {
  readonly publicKey: KeyObject
  readonly algorithm: SignatureAlgorithm
  readonly isLocked = false
  readonly #place: TokenPlace
  readonly #pin: string
  #open: TokenKey
  #opening: Promise<TokenKey> | undefined
  #isClosed = false

  constructor({ place, pin, publicKey, algorithm, open }: TokenSignerOptions) {
    this.#place = place
    this.#pin = pin
    this.#open = open
    this.publicKey = publicKey
    this.algorithm = algorithm
  }

  async sign(tbs: Uint8Array): Promise<Uint8Array> {
    const open = this.#open
    try {
      return await signWith(open, this.algorithm, tbs)
    } catch (error) {
      if (this.#isClosed) throw explainPkcs11(error, this.#place.module)
      // A session ends when the token is restarted: once more, in another.
      const again = await this.#another(open)
      return await signWith(again, this.algorithm, tbs).catch((cause) =>
        Promise.reject(explainPkcs11(cause, this.#place.module)),
      )
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await this.#opening?.catch(() => undefined)
    await this.#open.token[Symbol.asyncDispose]()
  }

  /** Several calls meet the same end of a session: the PIN is tried once for all of them. */
  async #another(lost: TokenKey): Promise<TokenKey> {
    if (this.#open !== lost) return this.#open
    // Kept where it failed, too: who comes later must not try a PIN that was refused.
    this.#opening ??= this.#reopen(lost)
    return await this.#opening
  }

  async #reopen(lost: TokenKey): Promise<TokenKey> {
    await lost.token[Symbol.asyncDispose]()
    const open = await openKey(this.#place, this.#pin)
    this.#open = open
    this.#opening = undefined
    return open
  }
}

async function openKey(place: TokenPlace, pin: string): Promise<TokenKey> {
  const token = openToken(place, pin)
  try {
    const key = await token.findKey('private')
    if (key !== undefined) return { token, key }
    throw new DomainError(
      'hsm_unavailable',
      `The token behind ${place.module} holds no private key labelled ${place.keyLabel}: insert the one that has it, or mend ca.hsm.key_label`,
    )
  } catch (error) {
    await token[Symbol.asyncDispose]()
    throw explainPkcs11(error, place.module)
  }
}

// SHA256_RSA_PKCS hashes in the token; of ECDSA many tokens know only the form that is given the digest: PKCS#11 v3.1 §6.3.12.
async function signWith({ token, key }: TokenKey, algorithm: SignatureAlgorithm, tbs: Uint8Array): Promise<Uint8Array> {
  if (algorithm.name !== 'ECDSA') return token.sign('SHA256_RSA_PKCS', key, tbs)
  const digest = createHash(algorithm.hash.replace('-', '')).update(tbs).digest()
  const signature = await token.sign('ECDSA', key, digest)
  // r and s side by side; RFC 3279 §2.2.3 wants a SEQUENCE of the two.
  const [r, s] = [signature.subarray(0, signature.length / 2), signature.subarray(signature.length / 2)]
  return derSequence(derInteger(r.toString('hex')), derInteger(s.toString('hex')))
}

function requireAlgorithm(publicKey: KeyObject): SignatureAlgorithm {
  const algorithm = findSignatureAlgorithm(publicKey)
  if (algorithm !== undefined && algorithm.name !== 'Ed25519') return algorithm
  throw new DomainError(
    'key_mismatch',
    "The CA's certificate has a key that is neither RSA nor EC: no token signs with it here",
  )
}

const PROBE = Buffer.from('signet: is this the key of the CA?')

/** What is in the token may carry the same label and be another key. */
async function requireOwnKey(signer: OpenKey, { module, keyLabel }: TokenPlace): Promise<void> {
  const signature = await signer.sign(PROBE)
  const digest = 'hash' in signer.algorithm ? signer.algorithm.hash.replace('-', '') : null
  if (verify(digest, PROBE, signer.publicKey, signature)) return
  throw new DomainError(
    'key_mismatch',
    `The key labelled ${keyLabel} behind ${module} does not belong to the certificate of the CA: put the certificate that belongs to it into certs_dir, or mend ca.hsm.key_label`,
  )
}
