import { describe, expect, test } from 'vitest'
import { patternPolicies, planAclFile } from '../../../../src/cli/import/mosquitto/acl-file.ts'
import { planDynamicSecurity } from '../../../../src/cli/import/mosquitto/dynamic-security.ts'
import { planPasswordFile } from '../../../../src/cli/import/mosquitto/password-file.ts'

describe('password_file', () => {
  test('names a device a line, with its password', () => {
    const text = '# made by mosquitto_passwd\npump:$7$101$YWFh$YmJi\nfan:$6$YWFh$YmJi\nold:secret\nstray\n\n'
    expect(planPasswordFile(text, 'pw')).toEqual({
      devices: [
        {
          deviceId: 'pump',
          legacyCredential: {
            userName: 'pump',
            hash: { algorithm: 'pbkdf2', digest: 'YmJi', salt: 'YWFh', iterations: 101, macFunction: 'sha512' },
          },
        },
        {
          deviceId: 'fan',
          legacyCredential: {
            userName: 'fan',
            hash: { algorithm: 'sha512', digest: 'YmJi', salt: 'YWFh', saltPosition: 'suffix' },
          },
        },
        { deviceId: 'old' },
      ],
      policies: [],
      leftOut: [
        'pw: 1 lines that are no USER:HASH',
        'The password of old is left out: it is no hash: mosquitto_passwd -U FILE makes one of it',
      ],
    })
  })
})

const ACL = `
# For those without a name
topic read public/#

user pump
topic write fleet/pump/up
topic fleet/pump/both
topic deny fleet/pump/both/secret
topic read a topic with spaces

user fan
topic readwrite fan/#
pattern write devices/%u/up
pattern read devices/%c/down
pattern deny x/\${client}/y
allow_all
`

describe('acl_file', () => {
  const plan = planAclFile(ACL, 'acl')

  test('becomes a policy for each user, and one of its patterns for all', () => {
    expect(plan.policies).toEqual([
      {
        name: 'mosquitto-user-pump',
        rules: [
          { effect: 'allow', actions: ['publish'], topicFilter: 'fleet/pump/up' },
          { effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: 'fleet/pump/both' },
          { effect: 'deny', actions: ['publish', 'subscribe'], topicFilter: 'fleet/pump/both/secret' },
          { effect: 'allow', actions: ['subscribe'], topicFilter: 'a topic with spaces' },
        ],
      },
      {
        name: 'mosquitto-user-fan',
        rules: [{ effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: 'fan/#' }],
      },
      {
        name: 'mosquitto-patterns',
        rules: [
          { effect: 'allow', actions: ['publish'], topicFilter: 'devices/{device}/up' },
          { effect: 'allow', actions: ['subscribe'], topicFilter: 'devices/{device}/down' },
        ],
      },
    ])
    expect(plan.devices).toEqual([
      { deviceId: 'pump', policies: ['mosquitto-user-pump', 'mosquitto-patterns'] },
      { deviceId: 'fan', policies: ['mosquitto-user-fan', 'mosquitto-patterns'] },
    ])
    expect(patternPolicies(plan)).toEqual(['mosquitto-patterns'])
  })

  test('has nothing dropped unsaid', () => {
    expect(plan.leftOut).toEqual([
      'acl line 3: read public/#: nobody connects without a name here',
      'acl line 15: deny x/${client}/y: the hub has no such variable',
      'acl line 16: allow_all is not known',
      expect.stringMatching(/^Mosquitto lets a client subscribe to more/),
    ])
  })

  test('names a user of whom it says nothing, who has what everybody has, or nothing at all', () => {
    expect(planAclFile('pattern read devices/%u/#\nuser pump\n', 'acl').devices).toEqual([
      { deviceId: 'pump', policies: ['mosquitto-patterns'] },
    ])
    expect(planAclFile('user pump\nuser fan\ntopic read a\n', 'acl').devices).toEqual([
      { deviceId: 'fan', policies: ['mosquitto-user-fan'] },
    ])
  })

  test('of no rule at all says nothing', () => {
    const nothing = planAclFile('# nothing\n', 'acl')
    expect(nothing).toEqual({ devices: [], policies: [], leftOut: [] })
    expect(patternPolicies(nothing)).toEqual([])
  })
})

const SECURITY = {
  defaultACLAccess: { publishClientSend: false, publishClientReceive: false, subscribe: true, unsubscribe: true },
  clients: [
    {
      username: 'pump',
      clientid: 'pump-1',
      textname: 'The pump',
      roles: [{ rolename: 'reader', priority: 1 }, { rolename: 'writer', priority: 5 }, { rolename: 'gone' }],
      password: 'YmJi',
      salt: 'YWFh',
      iterations: 101,
    },
    { username: 'fan', disabled: true, groups: [{ groupname: 'fleet' }], encoded_password: '$7$1000$YWFh$YmJi' },
    { username: 'mill', password: '?' },
    { textname: 'nobody' },
  ],
  groups: [{ groupname: 'fleet', roles: [{ rolename: 'reader' }], clients: [{ username: 'fan' }] }],
  roles: [
    {
      rolename: 'reader',
      acls: [
        { acltype: 'subscribeLiteral', topic: 'a/b', priority: 0, allow: true },
        { acltype: 'subscribePattern', topic: 'fleet/%u/#', priority: 9, allow: true },
        { acltype: 'publishClientReceive', topic: 'fleet/#', allow: true },
        { acltype: 'publishClientReceive', topic: 'secret/#', allow: false },
        { acltype: 'subscribeLiteral', topic: 'x/#', allow: false },
        { acltype: 'unsubscribePattern', topic: '#', allow: true },
        { acltype: 'unsubscribePattern', topic: 'y', allow: false },
        { acltype: 'somethingNew', topic: 'z', allow: true },
        { acltype: 'publishClientSend', topic: '${other}', allow: true },
      ],
    },
    {
      rolename: 'writer',
      acls: [
        { acltype: 'publishClientSend', topic: 'up/#', priority: 2, allow: true },
        { acltype: 'publishClientSend', topic: 'up/secret', priority: 1, allow: false },
      ],
    },
    { acls: [] },
  ],
}

describe('dynamic-security.json', () => {
  const { devices, policies, leftOut } = planDynamicSecurity(JSON.stringify(SECURITY), 'dynsec')

  test('has its clients become devices, with roles by priority', () => {
    const defaults = 'mosquitto-default'
    expect(devices).toMatchObject([
      {
        deviceId: 'pump',
        clientIds: ['pump-1'],
        policies: ['mosquitto-role-writer', 'mosquitto-role-reader', defaults],
      },
      { deviceId: 'fan', state: 'suspended', policies: ['mosquitto-role-reader', defaults] },
      { deviceId: 'mill', policies: [defaults] },
    ])
    expect(devices.map(({ legacyCredential }) => legacyCredential?.hash.iterations)).toEqual([101, 1000, undefined])
  })

  test('has its roles become policies', () => {
    expect(policies).toEqual([
      {
        name: 'mosquitto-role-reader',
        rules: [
          { effect: 'allow', actions: ['subscribe'], topicFilter: 'fleet/{device}/#' },
          { effect: 'allow', actions: ['subscribe'], topicFilter: 'a/b' },
          { effect: 'deny', actions: ['subscribe'], topicFilter: 'secret/#' },
        ],
      },
      {
        name: 'mosquitto-role-writer',
        rules: [
          { effect: 'allow', actions: ['publish'], topicFilter: 'up/#' },
          { effect: 'deny', actions: ['publish'], topicFilter: 'up/secret' },
        ],
      },
      { name: 'mosquitto-default', rules: [{ effect: 'allow', actions: ['subscribe'], topicFilter: '#' }] },
    ])
  })

  test('has nothing dropped unsaid', () => {
    expect(leftOut).toEqual([
      'Role reader: deny subscribeLiteral x/#: the hub denies topics, and no single filter',
      'Role reader: everybody may unsubscribe here',
      'Role reader: somethingNew z is not known',
      'Role reader: publishClientSend ${other}: the hub has no such variable',
      'Roles decide on publishClientReceive: here whoever may subscribe to a topic receives it',
      'allow up/# (pump) stands before deny up/secret (pump): here the deny wins',
      'The password of mill is left out: its $7$ hash is damaged',
    ])
  })

  test('of nothing is nothing', () => {
    expect(planDynamicSecurity('[]', 'dynsec')).toEqual({ devices: [], policies: [], leftOut: [] })
  })
})
