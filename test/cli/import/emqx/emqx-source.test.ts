import { describe, expect, test } from 'vitest'
import { type EmqxFiles, planEmqx } from '../../../../src/cli/import/emqx/emqx-source.ts'

const SHA256 = { algorithm: 'sha256' }
const CLIENTS = {
  data: [
    {
      clientid: 'pump',
      username: 'ann',
      proto_name: 'MQTT',
      proto_ver: 4,
      listener: 'ssl:default',
      ip_address: '10.0.0.7',
      port: 40122,
      connected: true,
    },
    { clientid: 'fan', username: 'ben', proto_name: 'MQTT', proto_ver: 5, listener: 'tcp:default', connected: true },
    { clientid: 'mill', username: null, proto_name: 'MQTT', proto_ver: 4, connected: false },
    { clientid: '', username: 'nobody' },
  ],
  meta: { count: 4, limit: 100, page: 1, hasnext: false },
}

function plan(
  texts: { readonly [Name in keyof EmqxFiles]?: string },
  identifiedBy: 'clientid' | 'username' = 'clientid',
) {
  const files = Object.fromEntries(Object.entries(texts).map(([file, text]) => [file, { file, text }]))
  return planEmqx(files, { identifiedBy, hashing: SHA256 })
}

describe('clients', () => {
  test('become devices with the way they connect', () => {
    expect(plan({ clients: JSON.stringify(CLIENTS) })).toEqual({
      devices: [
        {
          deviceId: 'pump',
          clientIds: ['pump'],
          seen: { protocolVersion: 4, listener: 'ssl:default', encrypted: true },
        },
        {
          deviceId: 'fan',
          clientIds: ['fan'],
          seen: { protocolVersion: 5, listener: 'tcp:default', encrypted: false },
        },
        { deviceId: 'mill', clientIds: ['mill'], seen: { protocolVersion: 4 } },
      ],
      policies: [],
      leftOut: [],
    })
  })

  test('are known by their user name where that is the CN, and keep their client id', () => {
    const { devices } = plan({ clients: JSON.stringify(CLIENTS) }, 'username')
    expect(devices).toMatchObject([
      { deviceId: 'ann', clientIds: ['pump'] },
      { deviceId: 'ben', clientIds: ['fan'] },
      { deviceId: 'nobody' },
    ])
  })

  test('are refused as a file when it is no JSON', () => {
    expect(() => plan({ clients: '<html>' })).toThrow('clients is not JSON')
  })
})

describe('users', () => {
  test('bring their passwords, and what cannot be kept is named', () => {
    const users = [
      { user_id: 'pump', password_hash: 'b6c743545a7817ae', salt: 'de10', is_superuser: true },
      { user_id: 'fan', password_hash: 'plain text', salt: '', is_superuser: false },
      { password_hash: 'ab' },
    ]
    const { devices, leftOut } = plan({ users: JSON.stringify(users) })
    expect(devices).toEqual([
      {
        deviceId: 'pump',
        legacyCredential: {
          userName: 'pump',
          hash: { algorithm: 'sha256', digest: 'tsdDVFp4F64=', salt: 'ZGUxMA==', saltPosition: 'prefix' },
        },
      },
      { deviceId: 'fan' },
    ])
    expect(leftOut).toEqual([
      'pump is a superuser in EMQX: here it has the rights of its policies',
      'The password of fan is left out: its hash is not hexadecimal: see --password-hash',
    ])
  })
})

describe('bans', () => {
  test('suspend the device, and those of addresses are named', () => {
    const banned = {
      data: [
        { as: 'clientid', who: 'fan', by: 'admin', until: 'infinity' },
        { as: 'peerhost', who: '10.0.0.9' },
      ],
    }
    expect(plan({ clients: JSON.stringify(CLIENTS), banned: JSON.stringify(banned) })).toMatchObject({
      devices: [{ deviceId: 'pump' }, { deviceId: 'fan', state: 'suspended' }, { deviceId: 'mill' }],
      leftOut: ['The ban of peerhost 10.0.0.9: here a device is suspended by its id'],
    })
  })
})

const ACL_CONF = `
%% What EMQX 5 comes with, and more.
{allow, {username, "ann"}, subscribe, ["$SYS/#"]}.
{allow, {ipaddr, "127.0.0.1"}, all, ["$SYS/#", "#"]}.
{deny, all, subscribe, ["$SYS/#", {eq, "#"}, {eq, "alarms"}]}.
{allow, {user, "ben"}, pubsub, ["fleet/%c/#", "fleet/\${username}/x"]}.
{allow, all, publish, ["devices/\${clientid}/up", "devices/\${cert_common_name}/log"]}.
{allow, all, {publish, [{qos, 1}]}, ["q/#"]}.
{allow, {client, "mill"}, all}.
{deny, all}.
{allow, all}.
`

describe('acl.conf', () => {
  const { devices, policies, leftOut } = plan({ clients: JSON.stringify(CLIENTS), acl: ACL_CONF })

  test('becomes a policy for each name and one for all', () => {
    expect(policies).toEqual([
      {
        name: 'emqx-username-ann',
        rules: [{ effect: 'allow', actions: ['subscribe'], topicFilter: '$SYS/#' }],
      },
      {
        name: 'emqx-all',
        rules: [
          { effect: 'deny', actions: ['subscribe'], topicFilter: '$SYS/#' },
          { effect: 'deny', actions: ['subscribe'], topicFilter: 'alarms' },
          { effect: 'allow', actions: ['publish'], topicFilter: 'devices/{device}/up' },
          { effect: 'allow', actions: ['publish'], topicFilter: 'devices/{device}/log' },
        ],
      },
      {
        name: 'emqx-username-ben',
        rules: [{ effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: 'fleet/{device}/#' }],
      },
      {
        name: 'emqx-clientid-mill',
        rules: [{ effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: '#' }],
      },
    ])
  })

  test('is attached to those whom it names', () => {
    expect(devices.map(({ deviceId, policies: names }) => [deviceId, names])).toEqual([
      ['pump', ['emqx-all', 'emqx-username-ann']],
      ['fan', ['emqx-all', 'emqx-username-ben']],
      ['mill', ['emqx-all', 'emqx-clientid-mill']],
    ])
  })

  test('has nothing dropped unsaid', () => {
    expect(leftOut).toEqual([
      'acl: {allow, {ipaddr, "127.0.0.1"}, all, ["$SYS/#", "#"]}: the hub has no rules by address, pattern or combination',
      'acl: {deny, all, subscribe, ["$SYS/#", {eq, "#"}, {eq, "alarms"}]}: the hub has no "eq" for filters with wildcards',
      'acl: {allow, all, {publish, [{qos, 1}]}, ["q/#"]}: the hub has no rules for a QoS or for retained messages',
      'allow fleet/${username}/x (username ben): the hub has no such variable',
      'allow $SYS/# (username ann) stands before deny $SYS/# (all): here the deny wins',
      'The rules after {deny, all} are never reached',
    ])
  })

  test('has rules that are none named', () => {
    const rules =
      '{permit, all}. {allow, all, all, "a"}. {allow, {username, {re, "^a"}}, all, ["x"]}. {allow, all, all, [7, "eq b", "eq c/#"]}.'
    expect(plan({ acl: rules })).toMatchObject({
      policies: [{ name: 'emqx-all', rules: [{ topicFilter: 'b' }] }],
      leftOut: [/such rule/, /such rule/, /by address, pattern/, /"eq"/].map((each) => expect.stringMatching(each)),
    })
  })
})

describe('the rules of the built-in database', () => {
  test('are read from one answer of the REST API', () => {
    const rules = {
      data: [
        {
          username: 'ann',
          rules: [
            { permission: 'allow', action: 'publish', topic: 'a/${username}', qos: [0, 1, 2], retain: 'all' },
            { permission: 'deny', action: 'all', topic: 'eq b' },
            { permission: 'deny', action: 'all', topic: 'eq c/#' },
            { permission: 'allow', action: 'publish', topic: 'd', qos: [1] },
            { permission: 'allow', action: 'publish', topic: 'e', retain: true },
            { permission: 'maybe', action: 'publish', topic: 'f' },
          ],
        },
      ],
    }
    const { policies, leftOut } = plan({ rules: JSON.stringify(rules) }, 'username')
    expect(policies).toEqual([
      {
        name: 'emqx-username-ann',
        rules: [
          { effect: 'allow', actions: ['publish'], topicFilter: 'a/{device}' },
          { effect: 'deny', actions: ['publish', 'subscribe'], topicFilter: 'b' },
        ],
      },
    ])
    expect(leftOut).toHaveLength(4)
  })

  test('are read from several, before the file', () => {
    const rules = [
      { rules: [{ permission: 'allow', action: 'subscribe', topic: 'x' }] },
      { data: [{ clientid: 'pump', rules: [{ permission: 'deny', action: 'publish', topic: 'y' }] }] },
    ]
    const { policies } = plan({ rules: JSON.stringify(rules), acl: '{allow, all, publish, ["z"]}.' })
    expect(policies).toMatchObject([
      { name: 'emqx-all', rules: [{ topicFilter: 'x' }, { topicFilter: 'z' }] },
      { name: 'emqx-clientid-pump' },
    ])
  })
})
