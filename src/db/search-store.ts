import { formatFingerprint, readCertificateNames } from '../identifiers.ts'
import type { FoundCertificate, SearchStore } from '../registry/search.ts'
import type { Database } from './database.ts'

interface Named {
  readonly part: string
  readonly limit: number
}

// LIKE ignores the case of ASCII letters, and ids have no others.
const LIKE = (column: string): string => `${column} like '%' || @part || '%' escape '\\'`
const BEGINS_FIRST = (column: string): string => `${column} like @part || '%' escape '\\' desc, ${column}`

const DEVICES = `select id, user_id as userId from devices where ${LIKE('id')} order by ${BEGINS_FIRST('id')} limit @limit`
const USERS = `
  select id, (select count(*) from devices where user_id = users.id) as devices
  from users where ${LIKE('id')} order by ${BEGINS_FIRST('id')} limit @limit`
const SERVICES = `select name from services where ${LIKE('name')} order by ${BEGINS_FIRST('name')} limit @limit`
const CERTIFICATES = `select kind, subject_id as subjectId, fingerprint from certificates`

type Found = Omit<FoundCertificate, 'matched'>

export function createSearchStore({ sqlite }: Pick<Database, 'sqlite'>): SearchStore {
  const devices = sqlite.prepare<[Named], { readonly id: string; readonly userId: string }>(DEVICES)
  const users = sqlite.prepare<[Named], { readonly id: string; readonly devices: number }>(USERS)
  const services = sqlite.prepare<[Named], { readonly name: string }>(SERVICES)
  const bySerial = sqlite.prepare<[string, number], Found>(
    `${CERTIFICATES} where serial_number = ? order by created_at desc limit ?`,
  )
  const byFingerprint = sqlite.prepare<[string, string, number], Found>(
    `${CERTIFICATES} where fingerprint >= ? and fingerprint < ? order by fingerprint limit ?`,
  )
  return {
    findDevices: (text, limit) => devices.all(named(text, limit)),
    findUsers: (text, limit) => users.all(named(text, limit)),
    findServices: (text, limit) => services.all(named(text, limit)).map(({ name }) => name),
    findCertificates(text, limit) {
      const { serialNumber } = readCertificateNames(text)
      const start = readFingerprintStart(text)
      const found = [
        ...(start === undefined
          ? []
          : byFingerprint.all(start, `${start}~`, limit).map((one) => ({ ...one, matched: 'fingerprint' as const }))),
        ...(serialNumber === undefined
          ? []
          : bySerial.all(serialNumber, limit).map((one) => ({ ...one, matched: 'serialNumber' as const }))),
      ]
      return found.slice(0, limit)
    },
  }
}

function named(text: string, limit: number): Named {
  const part = text.replaceAll(/[\\%_]/g, '\\$&')
  return { part, limit }
}

/** As fingerprints are kept, whole octets of it; fewer than three begin too many. */
function readFingerprintStart(text: string): string | undefined {
  const hex = text.replaceAll(':', '')
  if (!/^[0-9A-F]{6,64}$/i.test(hex)) return undefined
  return formatFingerprint(hex.slice(0, hex.length - (hex.length % 2)))
}
