import type { ReadinessCheck } from './api/ports.ts'
import { repeat } from './app-background.ts'
import type { ScheduledBackups } from './app-backup-schedule.ts'
import type { Showing } from './app-certificates.ts'
import type { Pki } from './app-pki.ts'
import type { ReadinessName } from './check-name.ts'
import type { Clock } from './clock.ts'
import { createAnswerCheck, type Database } from './db/database.ts'
import type { MqttDatabase } from './db/mqtt/mqtt-database.ts'
import { FileHandles } from './edge/file-handles.ts'
import type { Logger } from './logger.ts'
import type { AuthorityLists } from './registry/authority-lists.ts'
import { createWarning } from './registry/diagnosis/finding-text.ts'

export interface ReadinessParts {
  readonly database: Database
  readonly stores: MqttDatabase
  readonly pki: Pick<Pki, 'https' | 'mqtts' | 'caKeys' | 'authority' | 'authorityFault'>
  readonly revocationLists: Pick<AuthorityLists, 'isBehind'>
  readonly scheduled: Pick<ScheduledBackups, 'readiness'>
  readonly clock: Clock
  readonly logger: Logger
}

const HANDLES_CHECK_MS = 1000
const WARNING_MS = 7 * 86_400_000

/** What /readyz asks, each under its name. */
export function createReadiness(
  { database, stores, pki, revocationLists, scheduled, clock, logger }: ReadinessParts,
  stack: AsyncDisposableStack,
): readonly ReadinessCheck[] {
  const handles = new FileHandles({ logger })
  repeat(stack, HANDLES_CHECK_MS, handles.areFree)
  const isMqttAnswering = createAnswerCheck(stores.database)
  return [
    { name: 'database', isReady: createAnswerCheck(database) },
    { name: 'store_bytes', isReady: () => !stores.room.isFull },
    { name: 'mqtt_database', isReady: () => isMqttAnswering() && !stores.journal.isFailing },
    { name: 'file_handles', isReady: handles.areFree },
    certificateCheck('https_certificate', pki.https, clock),
    certificateCheck('mqtts_certificate', pki.mqtts, clock),
    ...authorityChecks(pki, revocationLists),
    scheduled.readiness,
  ]
}

/** Devices connect and are cut off all the same: what the CA cannot do is a warning. */
function authorityChecks(
  pki: ReadinessParts['pki'],
  revocationLists: Pick<AuthorityLists, 'isBehind'>,
): readonly ReadinessCheck[] {
  const isReady = (): boolean => true
  const { caKeys: key } = pki
  const refused = createWarning('ca_refused', {})
  const locked = createWarning('ca_key_locked', {})
  const behind = createWarning('crl_behind', {})
  const unsigned = createWarning('crl_unsigned', {})
  return [
    { name: 'ca_certificate', isReady, warning: () => (pki.authorityFault === undefined ? undefined : refused) },
    { name: 'ca_key', isReady, warning: () => (key.isLocked ? locked : undefined) },
    {
      name: 'revocation_list',
      isReady,
      warning() {
        if (key.isLocked && revocationLists.isBehind) return behind
        return pki.authority.maySignRevocationLists ? undefined : unsigned
      },
    },
  ]
}

/** Red once clients are shown what has expired; what could not take its place before is a warning. */
function certificateCheck(name: ReadinessName, { served, keeper }: Showing, clock: Clock): ReadinessCheck {
  return {
    name,
    isReady: () => clock() <= served.identity.notAfter,
    warning() {
      // Anybody may ask: where the files lie, and what is wrong with them, is for the log.
      if (keeper.fault !== undefined) return createWarning('certificate_not_taken', {})
      const { certificate, notAfter } = served.identity
      const notBefore = certificate.validFromDate
      if (clock() < notBefore) return createWarning('certificate_early', { at: notBefore.toISOString() })
      const isEnding = notAfter.getTime() - clock().getTime() < WARNING_MS
      return isEnding ? createWarning('certificate_ending', { at: notAfter.toISOString() }) : undefined
    },
  }
}
