import { assertSameUser, foldId } from '../../identifiers.ts'
import type { NewCertificate } from '../certificate.ts'
import type { Device } from '../device.ts'
import type { IdentityTokens } from '../identity-tokens.ts'
import type { LegacyCredential } from '../legacy-credential.ts'
import type { Policy } from '../policy.ts'
import type { CertificateStore, DeviceStore, LegacyCredentialStore, PolicyStore, ServiceStore } from '../ports.ts'
import type { Draft } from './draft.ts'
import type { DraftedRow, ImportedCertificates } from './ports.ts'

/** What an import asks of the registry. */
export interface ReadStores {
  readonly devices: Pick<DeviceStore, 'find' | 'findByClientId' | 'findUser'>
  readonly services: Pick<ServiceStore, 'find'>
  readonly certificates: Pick<CertificateStore, 'findByFingerprint' | 'listOf'>
  readonly policies: Pick<PolicyStore, 'find'>
  readonly legacy: Pick<LegacyCredentialStore, 'find' | 'findByUserName'>
  readonly identityTokens: Pick<IdentityTokens, 'activeOf'>
}

/** The registry as it would be: what is saved here is kept by nobody, until the rows are written. */
export interface DraftedStores {
  readonly devices: Pick<DeviceStore, 'find' | 'findByClientId' | 'save'>
  readonly services: Pick<ServiceStore, 'find'>
  readonly certificates: ImportedCertificates
  readonly policies: Pick<PolicyStore, 'find' | 'save'>
  readonly legacy: Pick<LegacyCredentialStore, 'find' | 'findByUserName' | 'save'>
  readonly identityTokens: Pick<IdentityTokens, 'activeOf'>
  /** In an order in which they can be written. */
  rows(): Iterable<DraftedRow>
}

export function draftStores(kept: ReadStores, draft: Draft): DraftedStores {
  const { devices, rows: deviceRows } = draftDevices(kept, draft)
  const { certificates, rows: certificateRows } = draftCertificates(kept, draft)
  const { legacy, rows: passwordRows } = draftPasswords(kept, draft)
  const policyRows = draft.createRows<Policy>()
  return {
    devices,
    certificates,
    legacy,
    services: {
      find(name) {
        draft.noteReading('service', foldId(name))
        return kept.services.find(name)
      },
    },
    policies: {
      find(name) {
        draft.noteReading('policy', name)
        return policyRows.get(name) ?? kept.policies.find(name)
      },
      save: (policy) => policyRows.set(policy.name, policy),
    },
    identityTokens: {
      activeOf(kind, subjectId) {
        draft.noteReading('tokens of device', subjectId)
        return kept.identityTokens.activeOf(kind, subjectId)
      },
    },
    *rows() {
      for (const policy of policyRows.all()) yield { kind: 'policy', policy }
      yield* deviceRows()
      yield* certificateRows()
      yield* passwordRows()
    },
  }
}

function draftDevices({ devices }: ReadStores, { createRows, noteReading }: Draft) {
  const users = createRows<string>()
  const rows = createRows<{ readonly device: Device; readonly isNew: boolean }>()
  const holders = createRows<string>()
  const find: DeviceStore['find'] = (id) => {
    const name = foldId(id)
    noteReading('device', name)
    return rows.get(name)?.device ?? devices.find(id)
  }
  const findHolder = (clientId: string): string | undefined => {
    noteReading('client id', clientId)
    return holders.get(clientId) ?? devices.findByClientId(clientId)?.id
  }
  return {
    devices: {
      find,
      findByClientId(clientId: string) {
        const holder = findHolder(clientId)
        return holder === undefined ? undefined : find(holder)
      },
      save(device: Device) {
        const { id, userId, clientIds } = device
        ensureUser(userId)
        const isNew = rows.get(foldId(id))?.isNew ?? devices.find(id) === undefined
        rows.set(foldId(id), { device, isNew })
        // An import takes no client id away.
        for (const clientId of clientIds) holders.set(clientId, id)
      },
    },
    *rows(): Iterable<DraftedRow> {
      for (const userId of users.all()) yield { kind: 'user', userId }
      for (const row of rows.all()) yield { kind: 'device', ...row }
    },
  }

  function ensureUser(id: string): void {
    const name = foldId(id)
    noteReading('user', name)
    const known = users.get(name) ?? devices.findUser(id)
    if (known === undefined) users.set(name, id)
    else assertSameUser(id, known)
  }
}

function draftCertificates({ certificates }: ReadStores, { createRows, noteReading }: Draft) {
  const rows = createRows<{ readonly certificate: NewCertificate; readonly isNew: boolean }>()
  /** By device, their fingerprints. */
  const brought = createRows<readonly string[]>()
  const findByFingerprint = (fingerprint: string): NewCertificate | undefined => {
    noteReading('certificate', fingerprint)
    return rows.get(fingerprint)?.certificate ?? certificates.findByFingerprint(fingerprint)
  }
  const change = (fingerprint: string, changed: (before: NewCertificate) => NewCertificate): void => {
    const before = findByFingerprint(fingerprint)
    if (before) rows.set(fingerprint, { certificate: changed(before), isNew: rows.get(fingerprint)?.isNew ?? false })
  }
  const store: DraftedStores['certificates'] = {
    findByFingerprint,
    listOf(kind, subjectId) {
      noteReading('certificates of device', subjectId)
      const older = certificates.listOf(kind, subjectId)
      return [...(brought.get(subjectId) ?? []).toReversed(), ...older.map(({ fingerprint }) => fingerprint)].flatMap(
        (fingerprint) => findByFingerprint(fingerprint) ?? [],
      )
    },
    insert(certificate) {
      const { fingerprint, subjectId } = certificate
      rows.set(fingerprint, { certificate, isNew: true })
      brought.set(subjectId, [...(brought.get(subjectId) ?? []), fingerprint])
    },
    complete: (fingerprint, contents) => change(fingerprint, (before) => ({ ...before, ...contents })),
    approve: (fingerprint) => change(fingerprint, ({ pendingSince: _, ...before }) => before),
  }
  return {
    certificates: store,
    *rows(): Iterable<DraftedRow> {
      for (const row of rows.all()) yield { kind: 'certificate', ...row }
    },
  }
}

function draftPasswords({ legacy }: ReadStores, { createRows, noteReading }: Draft) {
  const rows = createRows<LegacyCredential>()
  const owners = createRows<string>()
  const find: LegacyCredentialStore['find'] = (deviceId) => {
    noteReading('password of device', deviceId)
    return rows.get(deviceId) ?? legacy.find(deviceId)
  }
  return {
    legacy: {
      find,
      findByUserName(userName: string) {
        noteReading('user name', userName)
        const owner = owners.get(userName) ?? legacy.findByUserName(userName)?.deviceId
        const password = owner === undefined ? undefined : find(owner)
        // It may have got another one since.
        return password?.userName === userName ? password : undefined
      },
      save(password: LegacyCredential) {
        rows.set(password.deviceId, password)
        owners.set(password.userName, password.deviceId)
      },
    },
    *rows(): Iterable<DraftedRow> {
      for (const password of rows.all()) yield { kind: 'password', password }
    },
  }
}
