import { CsvError, parse } from 'csv-parse/sync'
import { parseFingerprint } from '../../identifiers.ts'
import { CommandFailed } from '../command-failed.ts'
import { type ImportPlan, mergeDevices, type PlannedDevice } from './import-plan.ts'

const COLUMNS = ['deviceid', 'userid', 'fingerprint', 'clientid', 'username', 'pem'] as const

type Row = Readonly<Partial<Record<(typeof COLUMNS)[number], string>>>

/** A table of devices: `deviceId,userId,fingerprint,clientId,username,pem` in any order, separated by `,` or `;`. */
export function planTable(text: string, file: string): ImportPlan {
  const { head, rows } = readRows(text, file)
  if (!head.includes('deviceid')) {
    throw new CommandFailed(`${file} has no column deviceId: its first line names deviceId,userId,fingerprint,...`)
  }
  const unknown = head.filter((name) => !COLUMNS.some((column) => column === name))
  const nameless = rows.flatMap((row, index) => (row.deviceid ? [] : [`${file}: row ${index + 1} has no deviceId`]))
  const userNames = rows.filter(({ username }) => username).length
  return {
    devices: mergeDevices(rows.flatMap(planRow)),
    policies: [],
    leftOut: [
      ...unknown.map((name) => `${file}: column ${name} is not known`),
      ...nameless,
      ...(userNames > 0
        ? [`${file}: ${userNames} user names; a device is known by its certificate, and may send any user name`]
        : []),
    ],
  }
}

function readRows(text: string, file: string): { readonly head: readonly string[]; readonly rows: readonly Row[] } {
  const [firstLine = ''] = text.split(/\r?\n/, 1)
  const delimiter = firstLine.includes(';') && !firstLine.includes(',') ? ';' : ','
  let head: readonly string[] = []
  try {
    const rows = parse<Row>(text, {
      bom: true,
      delimiter,
      skip_empty_lines: true,
      trim: true,
      columns: (names: readonly string[]) => {
        head = names.map((name) => name.toLowerCase())
        return [...head]
      },
    })
    return { head, rows }
  } catch (cause) {
    if (cause instanceof CsvError) throw new CommandFailed(`${file} is no table: ${cause.message}`, { cause })
    throw cause
  }
}

function planRow({ deviceid: deviceId, userid, clientid, fingerprint, pem }: Row): readonly PlannedDevice[] {
  if (!deviceId) return []
  const certificate = {
    ...(fingerprint ? { fingerprint: normalize(fingerprint) } : {}),
    ...(pem ? { pem: pem.replaceAll('\\n', '\n') } : {}),
  }
  return [
    {
      deviceId,
      ...(userid ? { userId: userid } : {}),
      ...(clientid ? { clientIds: [clientid] } : {}),
      ...(fingerprint || pem ? { certificates: [certificate] } : {}),
    },
  ]
}

// What openssl prints, "sha256 Fingerprint=AA:BB", is a fingerprint to everybody but a parser.
function normalize(text: string): string {
  const bare = text.replace(/^.*=/, '').replaceAll(' ', '')
  try {
    return parseFingerprint(bare)
  } catch {
    // The hub refuses it by name.
    return text
  }
}
