import type { X509Certificate } from 'node:crypto'
import type { ChainVerdict } from '../../peer-identity.ts'
import type { LegacyCredentials } from '../legacy-credentials.ts'
import type { SharedTransaction } from '../shared-transaction.ts'
import { createDraft } from './draft.ts'
import { type DraftedImport, type DraftedImportOptions, draftImport } from './drafted-import.ts'
import { endInTurns } from './ends.ts'
import type { ImportReport, ImportRequest } from './import-request.ts'
import { type JudgedDevice, judgeDevices } from './judged-certificate.ts'
import type { DraftedRow, FleetStaging, FleetStore } from './ports.ts'
import { allAtOnce, inTurns } from './steps.ts'

/** Fleets that move in. */
export interface Imports {
  /**
   * All that can be registered in one transaction, or with `dryRun` the very same report and nothing kept;
   * throws `bad_request` where the passwords would end in the past, or later than in a year.
   */
  run(request: ImportRequest, dryRun: boolean): Promise<ImportReport>
}

export interface ImportsOptions extends DraftedImportOptions {
  readonly requireEnd: LegacyCredentials['requireEnd']
  readonly judgeChain: (certificate: X509Certificate) => ChainVerdict
  readonly fleet: FleetStore
  readonly sharedTransaction: SharedTransaction
  /** To be called in the tick in which a fleet is kept. */
  readonly onAccessChange: () => void
}

// What the registry is told meanwhile may come in the way of an import. Then it is thought out again, and at last in one turn.
const ATTEMPTS_IN_TURNS = 4
const WRITTEN_AT_ONCE = 200

export function createImports(options: ImportsOptions): Imports {
  const { requireEnd, judgeChain, fleet, sharedTransaction, onAccessChange } = options
  let last = Promise.resolve()

  return {
    async run(request, dryRun) {
      if (request.passwordsUntil) requireEnd(request.passwordsUntil)
      const judged = await judgeDevices(request.devices, judgeChain)
      if (dryRun) {
        const { report } = await inTurns(draftImport(request, judged, options, createDraft()))
        return { applied: false, ...report }
      }
      const { report, ended } = await afterOthers(() => keep(request, judged))
      await ended
      return { applied: true, ...report }
    },
  }

  /** One at a time: the temporary tables are there once. */
  function afterOthers(work: () => Promise<Kept>): Promise<Kept> {
    const kept = last.then(work)
    // Not what it was: the report of a fleet is long.
    const forget = (): void => undefined
    last = kept.then(forget, forget)
    return kept
  }

  async function keep(request: ImportRequest, judged: readonly JudgedDevice[]): Promise<Kept> {
    for (let attempt = 0; attempt < ATTEMPTS_IN_TURNS; attempt++) {
      const kept = await keepInTurns(request, judged)
      if (kept) return kept
    }
    return keepAtOnce(request, judged)
  }

  /** Nothing where what was decided holds no more. */
  async function keepInTurns(request: ImportRequest, judged: readonly JudgedDevice[]): Promise<Kept | undefined> {
    const draft = createDraft()
    let isOutdated = false
    using watch = fleet.watch((kind, name) => {
      isOutdated ||= draft.hasRead(kind, name)
    })
    using staging = fleet.open()
    const drafted = await inTurns(prepare(draftImport(request, judged, options, draft), staging))
    try {
      return await sharedTransaction(
        () => {
          if (isOutdated) throw new Outdated()
          // Its own rows are nobody's change.
          watch[Symbol.dispose]()
          staging.keep()
        },
        () => conclude(drafted),
      )
    } catch (error) {
      if (error instanceof Outdated) return undefined
      throw error
    }
  }

  async function keepAtOnce(request: ImportRequest, judged: readonly JudgedDevice[]): Promise<Kept> {
    using staging = fleet.open()
    return await sharedTransaction(() => {
      const drafted = allAtOnce(prepare(draftImport(request, judged, options, createDraft()), staging))
      staging.keep()
      return drafted
    }, conclude)
  }

  function conclude({ report, ends }: DraftedImport): Kept {
    onAccessChange()
    return { report, ended: endInTurns(ends) }
  }
}

/** An import that is there. */
interface Kept extends Pick<DraftedImport, 'report'> {
  /** Once the sessions that it ends are closed. */
  readonly ended: Promise<void>
}

/** It was decided on what somebody has changed since. */
class Outdated extends Error {}

function* prepare(
  steps: Generator<undefined, DraftedImport>,
  staging: FleetStaging,
): Generator<undefined, DraftedImport> {
  const drafted = yield* steps
  let part: DraftedRow[] = []
  for (const row of drafted.rows()) {
    part.push(row)
    if (part.length < WRITTEN_AT_ONCE) continue
    staging.add(part)
    part = []
    yield
  }
  staging.add(part)
  return drafted
}
