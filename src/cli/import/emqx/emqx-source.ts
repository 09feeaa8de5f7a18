import { type ImportPlan, mergeDevices, type PlannedDevice } from '../import-plan.ts'
import { type Item, parseJson, readItems, readNumber, readText } from '../json-items.ts'
import { describeFault, type EmqxHashing, passwordOf, readEmqxHash } from '../password-hash.ts'
import type { AccessRules } from './access-rule.ts'
import { readAclConf } from './acl-conf.ts'
import { type EmqxDevice, type IdentifiedBy, planPolicies } from './emqx-policies.ts'
import { readRuleExport } from './rule-export.ts'

export interface SourceFile {
  readonly file: string
  readonly text: string
}

/** What was taken out of an EMQX: answers of its REST API, its `acl.conf`, an export of its users. */
export interface EmqxFiles {
  readonly clients?: SourceFile
  readonly users?: SourceFile
  readonly acl?: SourceFile
  readonly rules?: SourceFile
  readonly banned?: SourceFile
}

export interface EmqxReading {
  /** Which of the two the certificates carry as their CN. */
  readonly identifiedBy: IdentifiedBy
  readonly hashing: EmqxHashing
}

export function planEmqx(files: EmqxFiles, { identifiedBy, hashing }: EmqxReading): ImportPlan {
  const clients = itemsOf(files.clients)
  const users = itemsOf(files.users)
  const banned = itemsOf(files.banned)
  const devices = [
    ...clients.flatMap((client) => planClient(client, identifiedBy)),
    ...users.flatMap((user) => planUser(user, hashing)),
    ...banned.flatMap((ban) => (readText(ban, 'as') === identifiedBy ? planBan(ban) : [])),
  ]
  const policies = planPolicies(readRules(files), identifiedBy)
  const withPolicies = devices.map((each) => ({ ...each.device, ...attach(policies.policiesOf(each)) }))
  return {
    devices: mergeDevices(withPolicies),
    policies: policies.policies,
    leftOut: [
      ...policies.leftOut,
      ...users.flatMap((user) => describeUser(user, hashing)),
      ...banned.flatMap((ban) => (readText(ban, 'as') === identifiedBy ? [] : [describeBan(ban)])),
    ],
  }
}

function itemsOf(source: SourceFile | undefined): readonly Item[] {
  return source ? readItems(parseJson(source.text, source.file)) : []
}

function readRules({ acl, rules }: EmqxFiles): AccessRules {
  const read = [
    // EMQX asks its sources in order, its file last unless it was told otherwise.
    ...(rules ? [readRuleExport(rules.text, rules.file)] : []),
    ...(acl ? [readAclConf(acl.text, acl.file)] : []),
  ]
  return { rules: read.flatMap((each) => each.rules), leftOut: read.flatMap((each) => each.leftOut) }
}

/** A connected client: how it connects says whether it could connect here. */
function planClient(client: Item, identifiedBy: IdentifiedBy): readonly EmqxDevice[] {
  const [deviceId, clientId] = [readText(client, identifiedBy), readText(client, 'clientid')]
  if (deviceId === undefined) return []
  const protocolVersion = readNumber(client, 'proto_ver')
  const listener = readText(client, 'listener')
  const encrypted = isEncrypted(listener)
  const seen = {
    ...(protocolVersion === undefined ? {} : { protocolVersion }),
    ...(listener === undefined ? {} : { listener }),
    ...(encrypted === undefined ? {} : { encrypted }),
  }
  const device = { deviceId, ...(clientId === undefined ? {} : { clientIds: [clientId] }), seen }
  return [{ device, userName: readText(client, 'username') }]
}

/** A listener's id is its type and name: `ssl:default`. */
function isEncrypted(listener = ''): boolean | undefined {
  if (/^(?:tcp|ws):/.test(listener)) return false
  return /^(?:ssl|wss|quic):/.test(listener) ? true : undefined
}

function planUser(user: Item, hashing: EmqxHashing): readonly EmqxDevice[] {
  const userName = readText(user, 'user_id')
  if (userName === undefined) return []
  const device: PlannedDevice = { deviceId: userName, ...passwordOf(userName, readHash(user, hashing)) }
  return [{ device, userName }]
}

function describeUser(user: Item, hashing: EmqxHashing): readonly string[] {
  const name = readText(user, 'user_id') ?? '(no user_id)'
  return [
    ...describeFault(name, readHash(user, hashing)),
    ...(user['is_superuser'] === true
      ? [`${name} is a superuser in EMQX: here it has the rights of its policies`]
      : []),
  ]
}

function readHash(user: Item, hashing: EmqxHashing): ReturnType<typeof readEmqxHash> {
  return readEmqxHash(readText(user, 'password_hash') ?? '', readText(user, 'salt') ?? '', hashing)
}

function planBan(ban: Item): readonly EmqxDevice[] {
  const deviceId = readText(ban, 'who')
  return deviceId === undefined ? [] : [{ device: { deviceId, state: 'suspended' }, userName: undefined }]
}

function describeBan(ban: Item): string {
  return `The ban of ${readText(ban, 'as') ?? 'nobody'} ${readText(ban, 'who') ?? ''}: here a device is suspended by its id`
}

function attach(names: readonly string[]): { policies?: string[] } {
  return names.length === 0 ? {} : { policies: [...names] }
}
