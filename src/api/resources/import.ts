import { z } from '@hono/zod-openapi'
import type {
  DeviceReport,
  ImportedDevice,
  ImportReport,
  ImportRequest,
  PolicyReport,
  SavedPassword,
} from '../../registry/import/import-request.ts'
import type { UndoneItem, UndoReport } from '../../registry/import/import-undo.ts'
import { exact } from '../exact.ts'
import { longList, mapLongList } from '../long-list.ts'
import { userIdSchema } from './identifier.ts'
import { endsAtSchema, readPassword } from './legacy-credential.ts'
import { policyRequestSchema, policySchema, shapePolicy } from './policy.ts'

const MAX_DEVICES = 100_000

const stateSchema = z.enum(['active', 'suspended'])

const hashSchema = z.strictObject({
  algorithm: z.enum(['bcrypt', 'pbkdf2', 'sha256', 'sha512']),
  digest: z.string().openapi({ description: 'Of bcrypt the whole modular crypt string, else base64' }),
  salt: z.base64().optional(),
  saltPosition: z.enum(['prefix', 'suffix']).optional(),
  iterations: z.int().min(1).optional(),
  macFunction: z.enum(['sha256', 'sha512']).optional(),
})

export const importedDeviceSchema = z.strictObject({
  deviceId: z.string().max(1024).openapi({ description: 'What is no id is reported as refused, by this name' }),
  userId: userIdSchema.optional(),
  state: stateSchema.optional(),
  policies: z.array(z.string()).max(100).optional(),
  clientIds: z.array(z.string().max(1024)).max(100).optional(),
  certificates: z
    .array(z.strictObject({ fingerprint: z.string().optional(), pem: z.string().optional() }))
    .max(100)
    .optional()
    .openapi({ description: 'The fingerprint alone is enough' }),
  seen: z
    .strictObject({
      protocolVersion: z.int().optional(),
      listener: z.string().optional(),
      encrypted: z.boolean().optional(),
    })
    .optional()
    .openapi({ description: 'How it connects to the broker it comes from' }),
  legacyCredential: z
    .strictObject({ userName: z.string(), hash: hashSchema })
    .optional()
    .openapi({ description: 'Of a hash that the hub does not compare the report says why' }),
})

export const importRequestSchema = z
  .strictObject({
    dryRun: z.boolean().default(true),
    policies: z
      .array(policyRequestSchema.extend({ name: z.string() }))
      .max(MAX_DEVICES)
      .default([]),
    devices: longList(importedDeviceSchema.transform(readDevice), MAX_DEVICES, 'ImportedDevice').default([]),
    passwordsUntil: endsAtSchema
      .optional()
      .openapi({ description: 'When the passwords end, within a year; without it they are left out' }),
  })
  .openapi('ImportRequest')

const actionSchema = z.enum(['created', 'updated', 'unchanged', 'refused'])
const reasonSchema = z.object({ code: z.string(), detail: z.string(), mend: z.string() })

const policyReportSchema = z.object({
  name: z.string(),
  action: actionSchema,
  reasons: z.array(reasonSchema),
  before: policySchema.optional(),
})

const savedPasswordSchema = z.object({
  userName: z.string(),
  endsAt: z.iso.datetime(),
  savedAt: z.iso.datetime(),
  before: z
    .object({ userName: z.string(), endsAt: z.iso.datetime(), isSameHash: z.boolean() })
    .optional()
    .openapi({ description: 'Put back by an undo where the hash is the same' }),
})

export const deviceReportSchema = z.object({
  deviceId: z.string(),
  action: actionSchema,
  reasons: z.array(reasonSchema).openapi({ description: 'Empty: it would be let in' }),
  notes: z.array(z.string()).openapi({ description: 'What was done otherwise than it came' }),
  registered: z.array(z.string()).openapi({ description: 'Fingerprints that the registry did not hold before' }),
  before: z
    .object({ state: stateSchema, policies: z.array(z.string()), clientIds: z.array(z.string()) })
    .optional()
    .openapi({ description: 'What an undo puts back' }),
  password: savedPasswordSchema.optional().openapi({ description: 'The password that the import gave it' }),
})

export const importReportSchema = z
  .object({ applied: z.boolean(), policies: z.array(policyReportSchema), devices: z.array(deviceReportSchema) })
  .openapi('ImportReport')

export const undoRequestSchema = z
  .object({
    policies: z.array(policyReportSchema),
    devices: longList(deviceReportSchema.transform(readDeviceReport), MAX_DEVICES, 'ImportedDeviceReport'),
  })
  .openapi('ImportUndoRequest', { description: 'The report of the import, as it was answered' })

const undoneSchema = z.object({
  name: z.string(),
  action: z.enum(['removed', 'restored', 'kept']),
  detail: z.string().optional(),
})

export const undoReportSchema = z
  .object({ policies: z.array(undoneSchema), devices: z.array(undoneSchema) })
  .openapi('ImportUndoReport')

export function readImportRequest(request: z.infer<typeof importRequestSchema>): ImportRequest {
  const { policies, devices, passwordsUntil } = request
  return {
    ...(passwordsUntil === undefined ? {} : { passwordsUntil: new Date(passwordsUntil) }),
    policies,
    devices,
  }
}

function readDevice({
  certificates,
  seen,
  legacyCredential,
  ...device
}: z.infer<typeof importedDeviceSchema>): ImportedDevice {
  return {
    ...exact(device),
    ...(certificates ? { certificates: certificates.map(exact) } : {}),
    ...(seen ? { seen: exact(seen) } : {}),
    ...(legacyCredential ? { legacyCredential: readPassword(legacyCredential) } : {}),
  }
}

type UndoRequest = Pick<ImportReport, 'policies' | 'devices'>

export function readUndoRequest({ policies, devices }: z.infer<typeof undoRequestSchema>): UndoRequest {
  return { policies: policies.map((policy) => ({ ...exact(policy), reasons: [] })), devices }
}

// What undoes an import asks for no reason: their codes are read by nobody.
function readDeviceReport({ password, ...device }: z.infer<typeof deviceReportSchema>): DeviceReport {
  return { ...exact(device), reasons: [], ...(password ? { password: readSavedPassword(password) } : {}) }
}

function readSavedPassword(saved: z.infer<typeof savedPasswordSchema>): SavedPassword {
  const { userName, endsAt, savedAt, before } = saved
  return {
    userName,
    endsAt: new Date(endsAt),
    savedAt: new Date(savedAt),
    ...(before ? { before: { ...before, endsAt: new Date(before.endsAt) } } : {}),
  }
}

export async function shapeImportReport({
  applied,
  policies,
  devices,
}: ImportReport): Promise<z.infer<typeof importReportSchema>> {
  return { applied, policies: policies.map(shapePolicyReport), devices: await mapLongList(devices, shapeDeviceReport) }
}

function shapePolicyReport({ before, reasons, ...report }: PolicyReport): z.infer<typeof policyReportSchema> {
  return { ...report, reasons: [...reasons], ...(before ? { before: shapePolicy(before) } : {}) }
}

function shapeDeviceReport(report: DeviceReport): z.infer<typeof deviceReportSchema> {
  const { deviceId, action, reasons, notes, registered, before, password } = report
  return {
    deviceId,
    action,
    reasons: [...reasons],
    notes: [...notes],
    registered: [...registered],
    ...(before
      ? { before: { state: before.state, policies: [...before.policies], clientIds: [...before.clientIds] } }
      : {}),
    ...(password ? { password: shapeSavedPassword(password) } : {}),
  }
}

function shapeSavedPassword(saved: SavedPassword): z.infer<typeof savedPasswordSchema> {
  const { userName, endsAt, savedAt, before } = saved
  return {
    userName,
    endsAt: endsAt.toISOString(),
    savedAt: savedAt.toISOString(),
    ...(before ? { before: { ...before, endsAt: before.endsAt.toISOString() } } : {}),
  }
}

export async function shapeUndoReport({ policies, devices }: UndoReport): Promise<z.infer<typeof undoReportSchema>> {
  return { policies: policies.map(shapeUndone), devices: await mapLongList(devices, shapeUndone) }
}

function shapeUndone(item: UndoneItem): z.infer<typeof undoneSchema> {
  return { ...item }
}

/** What a client of the API sends. */
export type ImportBody = z.input<typeof importRequestSchema>
