import type { ImportPlan, PlannedDevice, PlannedHash } from '../import-plan.ts'
import { type Item, isItem, parseJson, readItems, readNumber, readText } from '../json-items.ts'
import { listLostOrder, type OrderedRule } from '../ordered-rules.ts'
import { describeFault, passwordOf, readMosquittoHash } from '../password-hash.ts'
import { byPriority, type Role, readDefaults, readRoles } from './security-roles.ts'

/** `dynamic-security.json`: its clients become devices, their roles policies. */
export function planDynamicSecurity(text: string, file: string): ImportPlan {
  const value = parseJson(text, file)
  const config: Item = isItem(value) ? value : {}
  const roles = new Map(readRoles(config).map((role) => [role.name, role]))
  const defaults = readDefaults(config)
  const groups = new Map(readItems(config['groups']).map((group) => [readText(group, 'groupname') ?? '', group]))
  const clients = readItems(config['clients']).flatMap((client) => {
    const userName = readText(client, 'username')
    return userName === undefined ? [] : [{ userName, client, roles: rolesOf(client) }]
  })
  return {
    devices: clients.map(({ userName, client, roles: own }) =>
      planClient(userName, client, [...own.map(({ policy }) => policy), ...defaults.policies.map(({ name }) => name)]),
    ),
    policies: [
      ...[...roles.values()].map(({ policy, rules }) => ({ name: policy, rules: [...rules] })),
      ...defaults.policies,
    ],
    leftOut: [
      ...[...roles.values()].flatMap(({ leftOut }) => leftOut),
      ...defaults.leftOut,
      ...clients.flatMap(({ userName, roles: own }) => listLostOrder(inOrder(userName, own))),
      ...clients.flatMap(({ userName, client }) =>
        hasPassword(client) ? describeFault(userName, readHash(client)) : [],
      ),
    ].filter((line, index, all) => all.indexOf(line) === index),
  }

  /** Its own roles before those of its groups, each by priority. */
  function rolesOf(client: Item): readonly Role[] {
    const own = byPriority(readItems(client['roles']))
    const ofGroups = byPriority(readItems(client['groups'])).flatMap((each) =>
      byPriority(readItems(groups.get(readText(each, 'groupname') ?? '')?.['roles'])),
    )
    return [...own, ...ofGroups].flatMap((each) => roles.get(readText(each, 'rolename') ?? '') ?? [])
  }
}

function planClient(userName: string, client: Item, policies: readonly string[]): PlannedDevice {
  const [clientId, hash] = [readText(client, 'clientid'), readHash(client)]
  return {
    deviceId: userName,
    ...(clientId === undefined ? {} : { clientIds: [clientId] }),
    ...(client['disabled'] === true ? { state: 'suspended' } : {}),
    ...(policies.length === 0 ? {} : { policies: [...new Set(policies)] }),
    ...passwordOf(userName, hash),
  }
}

function readHash(client: Item): PlannedHash | string {
  const [digest, salt, iterations] = [
    readText(client, 'password'),
    readText(client, 'salt'),
    readNumber(client, 'iterations'),
  ]
  const encoded = readText(client, 'encoded_password') ?? `$7$${iterations}$${salt}$${digest}`
  return readMosquittoHash(encoded)
}

function hasPassword(client: Item): boolean {
  return readText(client, 'password') !== undefined || readText(client, 'encoded_password') !== undefined
}

function inOrder(userName: string, roles: readonly Role[]): readonly OrderedRule[] {
  return roles.flatMap(({ rules }) => rules.map((rule) => ({ rule, who: userName })))
}
