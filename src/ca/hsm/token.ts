import { createPublicKey, type KeyObject, type webcrypto } from 'node:crypto'
import { DomainError } from '../../errors.ts'
import type { KeyAlgorithm } from '../key-pair.ts'
import {
  explainPkcs11,
  loadPkcs11,
  type Pkcs11Crypto,
  type Pkcs11Key,
  type Pkcs11Library,
  type Pkcs11Module,
} from './pkcs11.ts'

/** Where the key of the CA lies in an HSM: `ca.hsm`. */
export interface TokenPlace {
  /** PKCS#11 library. */
  readonly module: string
  readonly slot: number | undefined
  readonly tokenLabel: string | undefined
  readonly keyLabel: string
}

/** A token that is logged in to; disposed of, it waits for what it is signing, and signs nothing else. */
export interface Token extends AsyncDisposable {
  /** None: the token holds no key of that label. Throws `hsm_unavailable` where it holds several. */
  findKey(kind: 'private' | 'public'): Promise<Pkcs11Key | undefined>
  /** A pair of which the private key never leaves the token. */
  generateKey(keyAlgorithm: KeyAlgorithm): Promise<void>
  exportPublicKey(key: Pkcs11Key): Promise<KeyObject>
  /** One after the other: PKCS#11 v3.1 §5.13, a session has one operation at a time. */
  sign(mechanism: string, key: Pkcs11Key, text: Uint8Array): Promise<Buffer>
}

// PKCS#11 v3.1 §3.3: CKF_RW_SESSION and CKF_SERIAL_SESSION
const RW_SESSION = 0x2 | 0x4

/** Loads the library and logs in; throws `passphrase_wrong` and `hsm_unavailable`. */
export function openToken(place: TokenPlace, pin: string): Token {
  const library = loadPkcs11()
  using stack = new DisposableStack()
  try {
    const first = new library.Crypto({ library: place.module })
    const { module } = first.slot
    stack.use(useModule(place.module, module))
    first.session.close()
    const crypto = openSession(library, first, place)
    stack.defer(() => quietly(() => crypto.session.close()))
    crypto.login(pin)
    const resources = stack.move()
    return createToken(crypto, place, resources)
  } catch (error) {
    throw explainPkcs11(error, place.module)
  }
}

/** How many tokens of this process each library serves. */
const uses = new Map<string, number>()

// Only a library that was initialised anew finds a token that was away; under whoever still uses it, that is the end of the
// process (PKCS#11 v3.1 §5.4: C_Finalize while another call is made is undefined).
function useModule(path: string, module: Pkcs11Module): Disposable {
  countUses(path, 1)
  return {
    [Symbol.dispose]() {
      if (countUses(path, -1) === 0) quietly(() => module.finalize())
    },
  }
}

function countUses(path: string, change: number): number {
  const now = (uses.get(path) ?? 0) + change
  uses.set(path, now)
  return now
}

function quietly(work: () => void): void {
  try {
    work()
  } catch {
    // What was to be released is gone with the token.
  }
}

function openSession(library: Pkcs11Library, { slot: { module } }: Pkcs11Crypto, place: TokenPlace): Pkcs11Crypto {
  const slots = module.getSlots(true)
  const all = Array.from({ length: slots.length }, (_, index) => slots.items(index))
  const { slot: id, tokenLabel } = place
  const found = all.filter((slot) => {
    const isNamed = tokenLabel === undefined || slot.getToken().label.trim() === tokenLabel
    return isNamed && (id === undefined || slot.handle.readUInt32LE(0) === id)
  })
  const [slot] = found
  if (slot !== undefined && found.length === 1) return new library.Crypto({ session: slot.open(RW_SESSION) })
  const wanted = [tokenLabel && `labelled ${tokenLabel}`, id !== undefined && `in slot ${id}`].filter(Boolean).join(' ')
  throw new DomainError(
    'hsm_unavailable',
    `${place.module} shows ${found.length === 0 ? 'no token' : 'several tokens'} ${wanted}: insert it, or mend ca.hsm.token_label and ca.hsm.slot`,
  )
}

function createToken(crypto: Pkcs11Crypto, { module, keyLabel }: TokenPlace, resources: Disposable): Token {
  let last: Promise<unknown> = Promise.resolve()
  let isClosed = false
  return {
    async findKey(kind) {
      const ids = (await crypto.keyStorage.keys()).filter((id) => id.startsWith(`${kind}-`))
      const keys = await Promise.all(ids.map((id) => crypto.keyStorage.getItem(id)))
      const found = keys.filter(({ algorithm }) => algorithm.label === keyLabel)
      if (found.length < 2) return found[0]
      throw new DomainError(
        'hsm_unavailable',
        `The token behind ${module} holds ${found.length} ${kind} keys labelled ${keyLabel}: name one of them otherwise`,
      )
    },
    async generateKey(keyAlgorithm) {
      const place = { label: keyLabel, token: true, sensitive: true }
      await crypto.subtle.generateKey({ ...generation(keyAlgorithm), ...place }, false, ['sign', 'verify'])
    },
    async exportPublicKey(key) {
      const spki = await crypto.subtle.exportKey('spki', key)
      return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    },
    sign(mechanism, key, text) {
      const done = last.then(() => {
        if (isClosed) throw new TokenClosed('The session with the token was closed')
        return signOnce(crypto, mechanism, key, text)
      })
      last = done.catch(() => undefined)
      return done
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      await last
      resources[Symbol.dispose]()
    },
  }
}

class TokenClosed extends Error {}

// The call of the token itself runs on a thread of libuv; only what begins it runs here.
function signOnce(crypto: Pkcs11Crypto, mechanism: string, { key }: Pkcs11Key, text: Uint8Array): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const signing = crypto.session.createSign(mechanism, key)
  signing.once(Buffer.from(text), (error, signature) => (error ? reject(error) : resolve(signature)))
  return promise
}

function generation(keyAlgorithm: KeyAlgorithm): webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams {
  if (keyAlgorithm === 'ec-p256') return { name: 'ECDSA', namedCurve: 'P-256' }
  const modulusLength = Number(keyAlgorithm.replace('rsa-', ''))
  return { name: 'RSASSA-PKCS1-v1_5', modulusLength, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }
}
