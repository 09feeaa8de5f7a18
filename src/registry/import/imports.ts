import type { X509Certificate } from 'node:crypto'
import { DomainError } from '../../errors.ts'
import type { ChainVerdict } from '../../peer-identity.ts'
import type { LegacyCredentials } from '../legacy-credentials.ts'
import type { Policies } from '../policies.ts'
import type { Policy } from '../policy.ts'
import type { PolicyStore, Transaction } from '../ports.ts'
import { type DeviceImportOptions, importDevice, reportRefusal, UnfitDevice } from './device-import.ts'
import { reasonOf } from './import-reason.ts'
import type { DeviceReport, ImportReport, ImportRequest, PolicyReport } from './import-request.ts'
import { type JudgedDevice, judgeDevices } from './judged-certificate.ts'

/** Fleets that move in. */
export interface Imports {
  /**
   * All that can be registered in one transaction, or with `dryRun` the very same report and nothing kept;
   * throws `bad_request` where the passwords would end in the past, or later than in a year.
   */
  run(request: ImportRequest, dryRun: boolean): Promise<ImportReport>
}

export interface ImportsOptions extends Omit<DeviceImportOptions, 'legacy' | 'onCommit' | 'passwordsUntil'> {
  readonly legacy: Pick<LegacyCredentials, 'amend' | 'requireEnd'>
  readonly policies: Pick<Policies, 'put'>
  readonly storedPolicies: Pick<PolicyStore, 'find'>
  readonly judgeChain: (certificate: X509Certificate) => ChainVerdict
  readonly transaction: Transaction
}

type End = () => Promise<unknown>

export function createImports(options: ImportsOptions): Imports {
  const { policies, storedPolicies, judgeChain, legacy, transaction } = options
  return {
    async run(request, dryRun) {
      const { passwordsUntil } = request
      if (passwordsUntil) legacy.requireEnd(passwordsUntil)
      const judged = await judgeDevices(request.devices, judgeChain)
      const ends: End[] = []
      const write = (): ImportReport => ({
        applied: !dryRun,
        policies: request.policies.map(importPolicy),
        devices: judged.map((device) => register(device, passwordsUntil, ends)),
      })
      if (dryRun) return rehearse(transaction, write)
      const report = transaction(write)
      await Promise.all(ends.map((end) => end()))
      return report
    },
  }

  /** A savepoint each: of a device that is refused nothing is kept, and the others are. */
  function register(judged: JudgedDevice, passwordsUntil: Date | undefined, ends: End[]): DeviceReport {
    const own: End[] = []
    try {
      const onCommit: DeviceImportOptions['onCommit'] = (end) => void own.push(end)
      const report = transaction(() => importDevice(judged, { ...options, passwordsUntil, onCommit }))
      ends.push(...own)
      return report
    } catch (error) {
      if (error instanceof DomainError || error instanceof UnfitDevice) {
        return reportRefusal(judged.device.deviceId, error)
      }
      throw error
    }
  }

  function importPolicy(policy: Policy): PolicyReport {
    const { name } = policy
    const before = storedPolicies.find(name)
    if (before && isSame(before, policy)) return { name, action: 'unchanged', reasons: [] }
    try {
      policies.put(policy)
      return { name, action: before ? 'updated' : 'created', reasons: [], ...(before ? { before } : {}) }
    } catch (error) {
      if (error instanceof DomainError) return { name, action: 'refused', reasons: [reasonOf(error)] }
      throw error
    }
  }
}

function isSame(a: Policy, b: Policy): boolean {
  const textOf = ({ rules, clientId }: Policy): string =>
    JSON.stringify([clientId, rules.map(({ effect, actions, topicFilter }) => [effect, actions, topicFilter])])
  return textOf(a) === textOf(b)
}

class Rehearsed extends Error {}

/** What the work answers, and nothing of what it wrote. */
function rehearse<Result>(transaction: Transaction, work: () => Result): Result {
  const results: Result[] = []
  try {
    transaction(() => {
      results.push(work())
      throw new Rehearsed()
    })
  } catch (error) {
    const [result] = results
    if (error instanceof Rehearsed && result !== undefined) return result
    throw error
  }
  throw new Error('A rehearsal is never committed')
}
