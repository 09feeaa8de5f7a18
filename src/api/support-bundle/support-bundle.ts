import { zipSync } from 'fflate'
import type { Clock } from '../../clock.ts'
import type { EventLog } from '../../events/event-log.ts'
import { envelopeOf } from '../../logged-event.ts'
import type { HandedFile } from '../hand-over/handed-file.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { ObservationPorts } from '../observation-ports.ts'
import type { DiagnosisCalls, RefusalLog } from '../ports.ts'
import { shapeCheckup } from '../resources/diagnosis.ts'
import { shapeOverview } from '../resources/overview.ts'
import { shapeRefusal } from '../resources/refusal.ts'
import { shapeSetting } from '../resources/setting.ts'

export interface SupportBundleParts extends Pick<ObservationPorts, 'overview' | 'settingsInForce' | 'machine'> {
  readonly metrics: Metrics
  readonly diagnosis: Pick<DiagnosisCalls, 'checkHub'>
  readonly refusals: RefusalLog
  readonly eventLog: Pick<EventLog, 'readBefore'>
  readonly clock: Clock
}

const MOST_OF_EACH = 500

/** What somebody asks for who is to help: how the hub is set and what it has seen lately; no secret, and no message. */
export async function createSupportBundle(parts: SupportBundleParts): Promise<HandedFile> {
  const { overview, settingsInForce, machine, metrics, diagnosis, refusals, eventLog, clock } = parts
  const now = clock()
  const files: Readonly<Record<string, unknown>> = {
    'hub.json': { machine, ...shapeOverview(await overview.read()) },
    'configuration.json': settingsInForce().map((setting) => shapeSetting(setting, true)),
    'findings.json': shapeCheckup(now, await diagnosis.checkHub()),
    'refusals.json': refusals.list().slice(0, MOST_OF_EACH).map(shapeRefusal),
    'events.json': (await eventLog.readBefore(undefined, { types: [] }, MOST_OF_EACH)).map(envelopeOf),
  }
  const texts = {
    'metrics.txt': await metrics.render(),
    ...mapValues(files, (value) => JSON.stringify(value, null, 2)),
  }
  const octets = zipSync(
    mapValues(texts, (text) => Buffer.from(blot(text))),
    { mtime: now },
  )
  const name = `signet-support-${now.toISOString().slice(0, 16).replaceAll(':', '')}Z.zip`
  return { name, type: 'application/zip', octets }
}

const KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g
const TOKEN = /sgn_[A-Za-z0-9-]+_[A-Za-z0-9_-]+/g

/** Nothing of ours is a secret here; a client may have shown its own where a name belongs. */
function blot(text: string): string {
  return text.replaceAll(KEY, '(hidden)').replaceAll(TOKEN, 'sgn_(hidden)')
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
}
