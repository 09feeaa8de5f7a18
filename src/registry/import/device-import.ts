import { DomainError } from '../../errors.ts'
import { type Certificate, whyUnusable } from '../certificate.ts'
import type { ClientIds } from '../client-id.ts'
import type { Device } from '../device.ts'
import type { Devices } from '../devices.ts'
import type { HeldLogins } from '../held-logins.ts'
import type { Cutter, DeviceStore } from '../ports.ts'
import { type CertificateImportOptions, type KeptCertificate, keepCertificate } from './certificate-import.ts'
import { createReason, reasonOf, suggestId } from './import-reason.ts'
import type { DeviceReport, ImportedDevice, ImportReason } from './import-request.ts'
import type { JudgedDevice } from './judged-certificate.ts'
import { isImportable, keepPassword, type PasswordImportOptions } from './password-import.ts'
import { judgeSeenConnection } from './seen-connection.ts'

export interface DeviceImportOptions extends CertificateImportOptions, PasswordImportOptions {
  readonly devices: Pick<Devices, 'create' | 'amend'>
  readonly stored: Pick<DeviceStore, 'find'>
  readonly clientIds: Pick<ClientIds, 'claim'>
  readonly cutter: Pick<Cutter, 'liftBan'>
  readonly logins: Pick<HeldLogins, 'heldBy'>
  /** Whether a login alone lets somebody in anywhere. */
  readonly loginSuffices: () => boolean
  /** Whether there is a listener without TLS. */
  readonly plainMqtt: boolean
}

interface Findings {
  readonly reasons: readonly ImportReason[]
  readonly notes: readonly string[]
}

/** Makes one device what the import says it is; throws where nothing of it is to be kept. */
export function importDevice(judged: JudgedDevice, options: DeviceImportOptions): DeviceReport {
  const { device: imported, certificates, unfit } = judged
  const { deviceId, seen, legacyCredential } = imported
  const hasCredential = certificates.length > 0 || isImportable(legacyCredential, options.passwordsUntil)
  const alike = options.stored.find(deviceId)
  const before = alike?.id === deviceId ? alike : undefined
  if (!before && !hasCredential && unfit.length > 0) throw new UnfitDevice(unfit)

  const device = before ?? createDevice(imported, options)
  const clientIds = recordClientIds(device, imported.clientIds ?? [], options)
  const after = amendDevice(clientIds.device, imported, options)
  const kept = certificates.map((certificate) => keepCertificate(certificate, deviceId, options))
  const password = keepPassword(deviceId, legacyCredential, options)
  const hasLogin = options.logins.heldBy(deviceId).length > 0
  const findings = [
    clientIds,
    judgeCertificates(kept, unfit, hasLogin, deviceId, options),
    password,
    judgeState(after),
    { reasons: judgeSeenConnection(seen, hasLogin && options.plainMqtt), notes: [] },
  ]
  const isKeptAnew = password.saved !== undefined || kept.some(({ isNew, isCompleted }) => isNew || isCompleted)
  if (isKeptAnew) options.onCommit(async () => options.cutter.liftBan('device', deviceId))
  const isChanged = isKeptAnew || !isAlike(device, after)
  return {
    deviceId,
    action: before ? (isChanged ? 'updated' : 'unchanged') : 'created',
    reasons: findings.flatMap(({ reasons }) => reasons),
    notes: findings.flatMap(({ notes }) => notes),
    registered: kept.flatMap(({ isNew, certificate }) => (isNew ? [certificate.fingerprint] : [])),
    ...(before ? { before: { state: before.state, policies: before.policies, clientIds: before.clientIds } } : {}),
    ...(password.saved ? { password: password.saved } : {}),
  }
}

/** None of its certificates could ever let it in: it is reported and not registered. */
export class UnfitDevice extends Error {
  readonly reasons: readonly ImportReason[]

  constructor(reasons: readonly ImportReason[]) {
    super('No certificate fits the device')
    this.reasons = reasons
  }
}

/** What the registry would not take, as a report says it. */
export function reportRefusal(deviceId: string, error: unknown): DeviceReport {
  return { deviceId, action: 'refused', reasons: reasonsOf(deviceId, error), notes: [], registered: [] }
}

function reasonsOf(deviceId: string, error: unknown): readonly ImportReason[] {
  if (error instanceof UnfitDevice) return error.reasons
  if (!(error instanceof DomainError)) throw error
  const suggestion = error.code === 'invalid_id' ? suggestId(deviceId) : undefined
  if (suggestion === undefined) return [reasonOf(error)]
  const mend = `${suggestion} would be an id: give the device that one, and a certificate with CN=${suggestion}.`
  return [createReason(error.code, error.message, mend)]
}

/** With its policies at once: to save it again costs as much as all the rest. */
function createDevice({ deviceId, userId, policies }: ImportedDevice, { devices }: DeviceImportOptions): Device {
  const wishes = { ...(userId === undefined ? {} : { userId }), ...(policies === undefined ? {} : { policies }) }
  return devices.create({ deviceId, ...wishes }, true)
}

/** Records those that are not the device's by rule. */
function recordClientIds(
  device: Device,
  clientIds: readonly string[],
  options: DeviceImportOptions,
): Findings & { readonly device: Device } {
  const identity = { kind: 'device', id: device.id, userId: device.userId } as const
  const foreign = new Set(clientIds.filter((clientId) => options.clientIds.claim(identity, clientId) !== 'own'))
  const reasons: ImportReason[] = []
  const notes: string[] = []
  let after = device
  for (const clientId of foreign) {
    const recorded = recordClientId(after, clientId, options)
    if ('code' in recorded) reasons.push(recorded)
    else {
      after = recorded
      notes.push(`Client id ${clientId} is recorded for it`)
    }
  }
  return { device: after, reasons, notes }
}

function recordClientId(device: Device, clientId: string, options: DeviceImportOptions): Device | ImportReason {
  try {
    const amendment = options.devices.amend(device.id, { clientIds: [...device.clientIds, clientId] }, true)
    options.onCommit(amendment.end)
    return amendment.device
  } catch (error) {
    if (error instanceof DomainError) return createReason('client_id_wrong', error.message)
    throw error
  }
}

function amendDevice(
  device: Device,
  { userId, state, policies }: ImportedDevice,
  { devices, onCommit }: DeviceImportOptions,
): Device {
  if (userId !== undefined && userId !== device.userId) {
    throw new DomainError(
      'device_owned_by_another_user',
      `Device ${device.id} belongs to user ${device.userId}, not to ${userId}`,
    )
  }
  const changes = {
    ...(state === undefined ? {} : { state }),
    ...(policies === undefined ? {} : { policies }),
  }
  // A fleet that moves in again is mostly as it was.
  if (isAlike(device, { ...device, ...changes })) return device
  const amendment = devices.amend(device.id, changes, true)
  onCommit(amendment.end)
  return amendment.device
}

function judgeCertificates(
  kept: readonly KeptCertificate[],
  unfit: readonly ImportReason[],
  hasLogin: boolean,
  deviceId: string,
  { certificates, loginSuffices, clock }: DeviceImportOptions,
): Findings {
  const wrong = [...unfit, ...kept.flatMap(({ refusal }) => refusal ?? [])]
  const now = clock()
  const isUsable = (certificate: Certificate): boolean => whyUnusable(certificate, now) === undefined
  const hasCertificate = (): boolean =>
    kept.some(({ certificate }) => isUsable(certificate)) || certificates.listOf('device', deviceId).some(isUsable)
  // One credential that lets the device in is enough; what is wrong with the others is still told.
  if ((hasLogin && loginSuffices()) || hasCertificate())
    return { reasons: [], notes: wrong.map(({ detail }) => detail) }
  return { reasons: wrong.length > 0 ? wrong : [missingCredential(hasLogin, loginSuffices())], notes: [] }
}

function missingCredential(hasLogin: boolean, loginSuffices: boolean): ImportReason {
  if (loginSuffices) return createReason('credential_missing', 'No certificate, token or password of it is known')
  const alone = hasLogin ? ', and no listener takes a password alone: see mqtt.auth and mqtt.plain' : ''
  return createReason('certificate_missing', `No certificate of it is known${alone}`)
}

function judgeState({ state }: Device): Findings {
  const isSuspended = state === 'suspended'
  return { reasons: isSuspended ? [createReason('identity_suspended', 'The device is suspended')] : [], notes: [] }
}

function isAlike(a: Device, b: Device): boolean {
  return a.state === b.state && isSameList(a.policies, b.policies) && isSameList(a.clientIds, b.clientIds)
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}
