import { setImmediate as nextTurn } from 'node:timers/promises'
import { DomainError } from '../../errors.ts'
import type { Device } from '../device.ts'
import type { Devices } from '../devices.ts'
import type { LegacyCredential } from '../legacy-credential.ts'
import type { LegacyCredentials } from '../legacy-credentials.ts'
import type { Logins } from '../logins.ts'
import type { Policies } from '../policies.ts'
import type { CertificateStore, Cutter, DeviceStore, ForeignCertificates, Transaction } from '../ports.ts'
import type { DeviceReport, ImportReport, PolicyReport, SavedPassword } from './import-request.ts'

export type UndoAction = 'removed' | 'restored' | 'kept'

export interface UndoneItem {
  readonly name: string
  readonly action: UndoAction
  /** Why it was kept, or what of it was not put back. */
  readonly detail?: string
}

export interface UndoReport {
  readonly devices: readonly UndoneItem[]
  readonly policies: readonly UndoneItem[]
}

/** What an import's report says it did, taken back. */
export interface ImportUndo {
  /**
   * A part of the devices a turn of the event loop, each part in one transaction; where it broke off, it can be asked for
   * again. What was issued or revoked since is kept: a revoked certificate never comes back.
   */
  undo(report: Pick<ImportReport, 'devices' | 'policies'>): Promise<UndoReport>
}

export interface ImportUndoOptions {
  readonly devices: Pick<Devices, 'amend'>
  readonly stored: Pick<DeviceStore, 'find' | 'delete'>
  readonly certificates: Pick<CertificateStore, 'findByFingerprint' | 'listOf'> & Pick<ForeignCertificates, 'forget'>
  readonly policies: Pick<Policies, 'put' | 'remove'>
  readonly legacy: Pick<LegacyCredentials, 'find' | 'amend' | 'discard'>
  readonly logins: Pick<Logins, 'heldBy'>
  readonly cutter: Pick<Cutter, 'cutIdentity' | 'forgetIdentity'>
  readonly onAccessChange: () => void
  readonly transaction: Transaction
}

type End = () => Promise<unknown>

// A fifth of a millisecond each, with what is stored for it.
const UNDONE_AT_ONCE = 50

const GIVEN_SINCE = 'It was given a certificate, token or password since'

export function createImportUndo(options: ImportUndoOptions): ImportUndo {
  const { devices, stored, certificates, policies, legacy, logins, cutter, onAccessChange, transaction } = options
  return {
    async undo(report) {
      const devices: UndoneItem[] = []
      await undoBehind(0, report.devices.filter(isChange), devices)
      // Last: a policy is removed once no device names it.
      const undone = transaction(() => report.policies.filter(isChange).map(undoPolicy))
      onAccessChange()
      return { devices, policies: undone }
    },
  }

  async function undoBehind(begin: number, all: readonly DeviceReport[], undone: UndoneItem[]): Promise<void> {
    const ends: End[] = []
    const those = all.slice(begin, begin + UNDONE_AT_ONCE)
    undone.push(...transaction(() => those.map((device) => undoDevice(device, ends))))
    onAccessChange()
    const closed = Promise.all(ends.map((end) => end()))
    const next = begin + UNDONE_AT_ONCE
    const further = next < all.length ? nextTurn().then(() => undoBehind(next, all, undone)) : undefined
    await Promise.all([closed, further])
  }

  function undoDevice({ deviceId, action, registered, before, password }: DeviceReport, ends: End[]): UndoneItem {
    const device = stored.find(deviceId)
    if (device?.id !== deviceId) {
      // Gone is what it was before, be it that an undo broke off here.
      if (action === 'created') return { name: deviceId, action: 'removed' }
      return { name: deviceId, action: 'kept', detail: 'It is not registered any more' }
    }
    const forgotten = registered.filter((fingerprint) => isImported(fingerprint, deviceId))
    for (const fingerprint of forgotten) certificates.forget(fingerprint)
    const lost = password && undoPassword(deviceId, password, ends)
    const isHeld =
      certificates.listOf('device', deviceId).some(({ revokedAt }) => !revokedAt) || logins.heldBy(deviceId).length > 0
    if (action === 'created' && !isHeld) return removeDevice(device, ends)
    // By its id: of a certificate that is forgotten nobody could tell any more whom it let in.
    if (forgotten.length > 0) {
      ends.push(() => cutter.cutIdentity('device', deviceId, 'import undone', device.clientIds))
    }
    if (action === 'created') return { name: deviceId, action: 'kept', detail: GIVEN_SINCE }
    if (before) ends.push(devices.amend(deviceId, before, true).end)
    return { name: deviceId, action: 'restored', ...(lost === undefined ? {} : { detail: lost }) }
  }

  /** Says what is not as it was before; one that was replaced since is left as it is. */
  function undoPassword(deviceId: string, { savedAt, before }: SavedPassword, ends: End[]): string | undefined {
    const current = legacy.find(deviceId)
    if (current?.createdAt.getTime() !== savedAt.getTime()) return undefined
    if (before?.isSameHash && restorePassword(current, before, ends)) return undefined
    ends.push(legacy.discard(deviceId))
    return before ? 'The password that it had before is not put back: import that again' : undefined
  }

  function restorePassword(
    { deviceId, hash }: LegacyCredential,
    { userName, endsAt }: Pick<SavedPassword, 'userName' | 'endsAt'>,
    ends: End[],
  ): boolean {
    try {
      ends.push(legacy.amend(deviceId, { userName, hash, endsAt }).end)
      return true
    } catch (error) {
      // Over by now, or its user name has become another's.
      if (error instanceof DomainError) return false
      throw error
    }
  }

  function isImported(fingerprint: string, deviceId: string): boolean {
    const certificate = certificates.findByFingerprint(fingerprint)
    return certificate?.origin === 'imported' && certificate.subjectId === deviceId
  }

  function removeDevice({ id, userId, clientIds }: Device, ends: End[]): UndoneItem {
    stored.delete(id)
    ends.push(() => cutter.forgetIdentity('device', id, userId, clientIds))
    return { name: id, action: 'removed' }
  }

  function undoPolicy({ name, before }: PolicyReport): UndoneItem {
    try {
      if (before) policies.put(before)
      else policies.remove(name)
      return { name, action: before ? 'restored' : 'removed' }
    } catch (error) {
      if (!before && isGone(error)) return { name, action: 'removed' }
      if (error instanceof DomainError) return { name, action: 'kept', detail: error.message }
      throw error
    }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'policy_not_found'
}

function isChange({ action }: Pick<DeviceReport | PolicyReport, 'action'>): boolean {
  return action === 'created' || action === 'updated'
}
