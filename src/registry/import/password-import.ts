import { DomainError } from '../../errors.ts'
import { hashName } from '../legacy-credential.ts'
import type { LegacyCredentials } from '../legacy-credentials.ts'
import { reasonOf } from './import-reason.ts'
import type { ImportedPassword, ImportReason, SavedPassword } from './import-request.ts'

export interface PasswordImportOptions {
  readonly legacy: Pick<LegacyCredentials, 'amend'>
  /** When the passwords of this import end; none: they are left out. */
  readonly passwordsUntil: Date | undefined
  /** Told what is to be called once all is committed. */
  readonly onCommit: (end: () => Promise<unknown>) => void
}

export interface KeptPassword {
  readonly saved?: SavedPassword
  readonly reasons: readonly ImportReason[]
  readonly notes: readonly string[]
}

/** Gives the device the password it had elsewhere, or says why not. */
export function keepPassword(
  deviceId: string,
  password: ImportedPassword | undefined,
  options: PasswordImportOptions,
): KeptPassword {
  if (!password) return { reasons: [], notes: [] }
  const { userName } = password
  if ('fault' in password) return leaveOut(userName, password.fault)
  const { passwordsUntil: endsAt } = options
  if (!endsAt) return leaveOut(userName, '--passwords-until DATE, on which it ends, imports it')
  try {
    const { credential, before, end } = options.legacy.amend(deviceId, { userName, hash: password.hash, endsAt })
    if (credential === before) return { reasons: [], notes: [] }
    options.onCommit(end)
    const isSameHash = before !== undefined && hashName(before) === hashName(credential)
    return {
      saved: {
        userName,
        endsAt,
        savedAt: credential.createdAt,
        ...(before ? { before: { userName: before.userName, endsAt: before.endsAt, isSameHash } } : {}),
      },
      reasons: [],
      notes: before && !isSameHash ? ['It had another password here, which is replaced and cannot be put back'] : [],
    }
  } catch (error) {
    // The device sends this password: with a certificate beside it, it would be refused as well.
    if (error instanceof DomainError) return { reasons: [reasonOf(error)], notes: [] }
    throw error
  }
}

/** Whether there is one that an import with this date would take. */
export function isImportable(password: ImportedPassword | undefined, passwordsUntil: Date | undefined): boolean {
  return password !== undefined && 'hash' in password && passwordsUntil !== undefined
}

function leaveOut(userName: string, why: string): KeptPassword {
  return { reasons: [], notes: [`The password of user name ${userName} is left out: ${why}`] }
}
