import { createHmac, randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { CompareBcrypt } from './bcrypt-thread.ts'
import { hashName, type LegacyCredential } from './legacy-credential.ts'
import type { Login, PasswordProof } from './login.ts'
import { isPassword } from './password-hash.ts'
import { WrongPasswords } from './wrong-passwords.ts'

export interface PasswordChecks {
  /** What is known already of this password against this hash; undefined: it must be compared. */
  recall(login: Login, credential: LegacyCredential): PasswordProof['outcome'] | undefined
  /** Whether so many from this address were wrong that no further one is compared for now. */
  isExhausted(userName: string, address: string): boolean
  /** Compares, which takes tens of milliseconds and more; the answer is for `recall`. */
  compare(login: Login, credential: LegacyCredential, address: string): Promise<Login>
}

// One at a time, in a thread that is not ours: whoever guesses takes no more of the machine than one core.
const MAX_WAITING = 500

export function createPasswordChecks(clock: Clock, compareBcrypt: CompareBcrypt): PasswordChecks {
  // A password that was right is known by a hash that is cheap, and worth nothing without this key.
  const key = randomBytes(32)
  const right = new Map<string, Buffer>()
  const wrong = new WrongPasswords(clock)
  const waiting: (() => void)[] = []
  let isRunning = false

  return {
    recall(login, credential) {
      const name = hashName(credential)
      if (login.proof?.hashName === name) return login.proof.outcome
      return right.get(credential.deviceId)?.equals(authenticate(name, login.password)) ? 'right' : undefined
    },
    isExhausted: (userName, address) => wrong.isExhausted(userName, address),
    async compare(login, credential, address) {
      const name = hashName(credential)
      if (waiting.length >= MAX_WAITING) return { ...login, proof: { hashName: name, outcome: 'unchecked' } }
      // Counted before it is known: a hundred that come at once are a hundred.
      wrong.note(login.userName, address)
      const isRight = await inTurn(() => isPassword(login.password, credential.hash, compareBcrypt))
      if (isRight) {
        wrong.forgive(login.userName, address)
        right.set(credential.deviceId, authenticate(name, login.password))
      }
      return { ...login, proof: { hashName: name, outcome: isRight ? 'right' : 'wrong' } }
    },
  }

  function authenticate(name: string, password: Buffer): Buffer {
    return createHmac('sha256', key).update(name).update(password).digest()
  }

  async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (isRunning) await new Promise<void>((resolve) => waiting.push(resolve))
    isRunning = true
    try {
      return await work()
    } finally {
      // The place is handed on as it is, so that nobody who comes in between takes it.
      const next = waiting.shift()
      if (next) next()
      else isRunning = false
    }
  }
}
