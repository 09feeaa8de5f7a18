import { DomainError } from '../../errors.ts'
import type { Policy } from '../policy.ts'
import { type DeviceImportOptions, importDevice, reportRefusal, UnfitDevice } from './device-import.ts'
import type { Draft } from './draft.ts'
import { type DraftedRegistry, type DraftedRegistryOptions, draftRegistry } from './drafted-registry.ts'
import { reasonOf } from './import-reason.ts'
import type { DeviceReport, ImportReport, ImportRequest, PolicyReport } from './import-request.ts'
import type { JudgedDevice } from './judged-certificate.ts'
import type { DraftedRow } from './ports.ts'

export interface DraftedImportOptions
  extends DraftedRegistryOptions,
    Pick<DeviceImportOptions, 'loginSuffices' | 'plainMqtt'> {}

/** What an import would do, none of it done. */
export interface DraftedImport {
  readonly report: Pick<ImportReport, 'policies' | 'devices'>
  rows(): Iterable<DraftedRow>
  /** What is to be called once the rows are kept. */
  readonly ends: readonly (() => Promise<unknown>)[]
}

// A fifth of a millisecond each.
const DECIDED_AT_ONCE = 50

/** Decides on a part of the fleet a step: each device on the registry as those before it would leave it. */
export function* draftImport(
  { policies, passwordsUntil }: ImportRequest,
  judged: readonly JudgedDevice[],
  options: DraftedImportOptions,
  draft: Draft,
): Generator<undefined, DraftedImport> {
  const registry = draftRegistry(options, draft)
  const ends: (() => Promise<unknown>)[] = []
  const report: { policies: PolicyReport[]; devices: DeviceReport[] } = { policies: [], devices: [] }
  for (const policy of policies) {
    report.policies.push(importPolicy(policy, registry))
    if (report.policies.length % DECIDED_AT_ONCE === 0) yield
  }
  for (const device of judged) {
    report.devices.push(register(device))
    if (report.devices.length % DECIDED_AT_ONCE === 0) yield
  }
  return { report, rows: registry.stores.rows, ends }

  /** Of a device that is refused nothing is kept, and the others are. */
  function register(judgedDevice: JudgedDevice): DeviceReport {
    const own: (() => Promise<unknown>)[] = []
    const { devices: stored, certificates } = registry.stores
    const onCommit: DeviceImportOptions['onCommit'] = (end) => void own.push(end)
    const wish = { ...options, ...registry, stored, certificates, passwordsUntil, onCommit }
    try {
      const reported = draft.transaction(() => importDevice(judgedDevice, wish))
      ends.push(...own)
      return reported
    } catch (error) {
      if (error instanceof DomainError || error instanceof UnfitDevice) {
        return reportRefusal(judgedDevice.device.deviceId, error)
      }
      throw error
    }
  }
}

function importPolicy(policy: Policy, { policies, stores }: DraftedRegistry): PolicyReport {
  const { name } = policy
  const before = stores.policies.find(name)
  if (before && isSame(before, policy)) return { name, action: 'unchanged', reasons: [] }
  try {
    policies.put(policy)
    return { name, action: before ? 'updated' : 'created', reasons: [], ...(before ? { before } : {}) }
  } catch (error) {
    if (error instanceof DomainError) return { name, action: 'refused', reasons: [reasonOf(error)] }
    throw error
  }
}

function isSame(a: Policy, b: Policy): boolean {
  const textOf = ({ rules, clientId }: Policy): string =>
    JSON.stringify([clientId, rules.map(({ effect, actions, topicFilter }) => [effect, actions, topicFilter])])
  return textOf(a) === textOf(b)
}
