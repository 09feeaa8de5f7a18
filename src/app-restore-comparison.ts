import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ENTRY } from './backup/archive.ts'
import type { BackupContents, Manifest, MessageFigures } from './backup/manifest.ts'
import type { Exchange, Folders } from './backup/swap.ts'
import { type AuthorityBackup, readAuthorityBackup } from './ca/authority-backup.ts'
import type { RegistryLosses } from './db/registry-losses.ts'
import {
  checkMessages,
  checkRegistry,
  compareRegistry,
  copyRegistry,
  countPresentMessages,
} from './db/restored-state.ts'
import { DomainError, type ErrorCode } from './errors.ts'

export interface ComparedBackup {
  readonly folders: Folders
  readonly contents: BackupContents
  readonly manifest: Manifest
  /** Where its files lie. */
  readonly stage: Folders
  /** Their names in the archive. */
  readonly found: ReadonlySet<string>
}

/** What is refused unless it is forced. */
export interface Obstacle {
  readonly code: ErrorCode
  readonly sentence: string
}

/** What a backup is, against the state that it is to replace. */
export interface Comparison {
  readonly obstacles: readonly Obstacle[]
  /** None: there is nothing to lose, or it cannot be read. */
  readonly losses?: RegistryLosses
  readonly messages?: MessageFigures
  readonly exchange: { readonly data: Exchange; readonly certs: Exchange }
}

/** Checks what was extracted and, where `now` is given, makes it ready to be put in place. */
export async function comparePresent(backup: ComparedBackup, now: Date | undefined): Promise<Comparison> {
  const { folders, manifest, contents } = backup
  const present = await readPresentAuthority(folders.certs)
  const isSame = present.fingerprint === manifest.ca.fingerprint
  const foreign = present.isThere && !isSame ? [ofAnotherAuthority(present, manifest)] : []
  const certs = exchangeOfCerts(backup, present, isSame)
  if (contents === 'ca') return { obstacles: foreign, exchange: { data: NOTHING, certs } }
  const { outcome, obstacles } = compareData(backup, foreign.length === 0, now)
  const messages = countPresentMessages(join(folders.data, 'mqtt.db'))
  return {
    obstacles: [...foreign, ...obstacles],
    ...(outcome ? { losses: outcome.losses } : {}),
    ...(messages ? { messages } : {}),
    exchange: { data: exchangeOfData(backup.found), certs },
  }
}

function compareData({ folders, stage }: ComparedBackup, isComparable: boolean, now: Date | undefined) {
  const restored = join(stage.data, 'hub.db')
  const file = join(folders.data, 'hub.db')
  const copy = join(stage.data, 'present.db')
  checkRegistry(restored)
  // What another CA's registry has revoked are not the certificates of this one.
  const fault = isComparable && existsSync(file) ? findFault(file, copy) : undefined
  const outcome = existsSync(copy) ? compareRegistry(restored, copy, now) : undefined
  if (now) checkMessages(join(stage.data, 'mqtt.db'), outcome?.removed ?? [])
  return { outcome, obstacles: [...(fault ? [unreadable(file, fault)] : []), ...issuedSince(outcome?.losses)] }
}

/** Why the present registry cannot be compared; a disk that is full is not the fault of the registry. */
function findFault(file: string, copy: string): DomainError | undefined {
  try {
    copyRegistry(file, copy)
    return undefined
  } catch (error) {
    if (!(error instanceof DomainError) || !UNREADABLE.includes(error.code)) throw error
    rmSync(copy, { force: true })
    return error
  }
}

const UNREADABLE: readonly ErrorCode[] = ['database_corrupt', 'database_too_new']

function issuedSince(losses: RegistryLosses | undefined): readonly Obstacle[] {
  const { count, names } = losses?.certificates ?? { count: 0, names: [] }
  if (count === 0) return []
  const more = count > names.length ? ` and ${count - names.length} more` : ''
  const sentence = `This backup is older than ${count} certificates that were issued since and would be revoked: ${names.join(', ')}${more}`
  return [{ code: 'backup_outdated', sentence }]
}

function unreadable(file: string, error: DomainError): Obstacle {
  const sentence = `${file} cannot be read, and what was revoked since the backup would be good again (${error.message})`
  return { code: 'backup_outdated', sentence }
}

interface PresentAuthority {
  readonly isThere: boolean
  readonly fingerprint: string | undefined
  readonly hasKey: boolean
}

async function readPresentAuthority(certs: string): Promise<PresentAuthority> {
  const isThere = existsSync(join(certs, 'ca-cert.pem'))
  const hasKey = existsSync(join(certs, 'ca-key.pem'))
  let authority: AuthorityBackup | undefined
  try {
    authority = await readAuthorityBackup(certs)
  } catch (error) {
    // A damaged certificate is that of no CA we could tell.
    if (!(error instanceof DomainError) || error.code !== 'file_invalid') throw error
  }
  return { isThere, fingerprint: authority?.fingerprint, hasKey }
}

function ofAnotherAuthority({ fingerprint }: PresentAuthority, { ca }: Manifest): Obstacle {
  const own = fingerprint === undefined ? 'whose CA cannot be read' : `of the CA ${fingerprint}`
  const sentence = `This is a backup of the CA ${ca.fingerprint}, over a hub ${own}: every certificate of that one would be refused, and what it has revoked would be forgotten`
  return { code: 'backup_of_another_ca', sentence }
}

const NOTHING: Exchange = { put: [], retire: [] }
const SERVER_FILES = ['server-cert.pem', 'server-key.pem']
const ROOT_KEY = 'root-key.pem'
const PREVIOUS_FILES = ['ca-cert.previous.pem', 'ca-key.previous.pem']

/**
 * A CA that is there and the same stays as it is: its key may have been encrypted anew since, and that of its root been
 * moved to a safe place.
 */
function exchangeOfCerts({ found }: ComparedBackup, present: PresentAuthority, isSame: boolean): Exchange {
  const hasKey = found.has(ENTRY.caKey)
  if (isSame && (present.hasKey || !hasKey)) return NOTHING
  const hasRootKey = found.has(ENTRY.rootKey)
  const put = [...(hasRootKey ? [ROOT_KEY] : []), ...(hasKey ? ['ca-key.pem'] : []), 'ca-cert.pem']
  if (isSame) return { put, retire: [] }
  const retire = [...(hasRootKey ? [] : [ROOT_KEY]), ...(hasKey ? [] : ['ca-key.pem']), ...SERVER_FILES]
  // A rotation that was underway goes on; one of the CA that goes has nothing to go on with.
  return found.has(ENTRY.previousKey)
    ? { put: [...put, ...PREVIOUS_FILES], retire }
    : { put, retire: [...retire, ...PREVIOUS_FILES] }
}

function exchangeOfData(found: ReadonlySet<string>): Exchange {
  const databases = ['hub.db', 'mqtt.db']
  // A token of the old state would open nothing.
  return found.has(ENTRY.adminToken)
    ? { put: [...databases, 'admin-token'], retire: [] }
    : { put: databases, retire: ['admin-token'] }
}
