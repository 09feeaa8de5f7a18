import { describe, expect, test } from 'vitest'
import { resolveTarget, type TargetPolicy, TargetRefused } from '../../../src/events/webhooks/target.ts'
import { kindOfAddress } from '../../../src/events/webhooks/target-address.ts'

for (const { kind, addresses } of [
  { kind: 'public', addresses: ['8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808', '172.32.0.1'] },
  {
    kind: 'private',
    addresses: [
      '10.1.2.3',
      '127.0.0.1',
      '172.16.0.1',
      '192.168.1.1',
      '100.64.0.1',
      '::1',
      'fd12::1',
      '::ffff:10.0.0.1',
      '::ffff:7f00:1',
      '64:ff9b::a00:1',
      '0:0:0:0:0:0:0:1',
    ],
  },
  {
    kind: 'forbidden',
    addresses: [
      '169.254.169.254',
      '169.254.0.1',
      '0.0.0.0',
      '224.0.0.1',
      '255.255.255.255',
      '100.100.100.200',
      'fd00:ec2::254',
      'FD00:0EC2:0:0:0:0:0:254',
      'fe80::1',
      'fe80::1%eth0',
      'febf::1',
      '::',
      'ff02::1',
      '::ffff:169.254.169.254',
      '::ffff:a9fe:a9fe',
      '64:ff9b::a9fe:a9fe',
      '2002:a9fe:a9fe::1',
      '2001:0:1::1',
    ],
  },
]) {
  for (const address of addresses) {
    test(`${address} is ${kind}`, () => expect(kindOfAddress(address)).toBe(kind))
  }
}

describe('a target', () => {
  const CLOSED: TargetPolicy = { allowPrivate: false, isAllowed: () => false, isOwn: () => false }
  const OPEN: TargetPolicy = { ...CLOSED, allowPrivate: true }

  async function judge(url: string, policy: TargetPolicy, ...resolved: readonly string[]): Promise<string> {
    const addresses = resolved.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    try {
      return (await resolveTarget(new URL(url), policy, async () => addresses)).map(({ address }) => address).join()
    } catch (error) {
      return error instanceof TargetRefused ? 'refused' : String(error)
    }
  }

  for (const { name, url, policy = CLOSED, resolved = [], expected } of [
    {
      name: 'a public one',
      url: 'https://a.example',
      resolved: ['8.8.8.8', '2606:4700::1'],
      expected: '8.8.8.8,2606:4700::1',
    },
    { name: 'a public one by address', url: 'https://8.8.8.8/x', expected: '8.8.8.8' },
    { name: 'in the clear', url: 'http://a.example', resolved: ['8.8.8.8'], expected: 'refused' },
    { name: 'a private one', url: 'https://a.example', resolved: ['10.0.0.1'], expected: 'refused' },
    {
      name: 'one of several that is private',
      url: 'https://a.example',
      resolved: ['8.8.8.8', '10.0.0.1'],
      expected: 'refused',
    },
    { name: 'loopback', url: 'https://localhost', resolved: ['127.0.0.1'], expected: 'refused' },
    { name: 'loopback in other figures', url: 'https://0x7f.1', expected: 'refused' },
    { name: 'loopback, mapped', url: 'https://[::ffff:127.0.0.1]', expected: 'refused' },
    {
      name: 'a private one that all are allowed',
      url: 'http://a.example',
      policy: OPEN,
      resolved: ['10.0.0.1'],
      expected: '10.0.0.1',
    },
    {
      name: 'a private one that is named',
      url: 'http://a.example',
      policy: { ...CLOSED, isAllowed: (address: string) => address === '10.0.0.1' },
      resolved: ['10.0.0.1'],
      expected: '10.0.0.1',
    },
    {
      name: 'metadata, whatever is allowed',
      url: 'http://m.example',
      policy: { ...OPEN, isAllowed: () => true },
      resolved: ['169.254.169.254'],
      expected: 'refused',
    },
    { name: 'metadata over IPv6', url: 'http://[fd00:ec2::254]', policy: OPEN, expected: 'refused' },
    {
      name: 'the hub itself, whatever is allowed',
      url: 'https://a.example:3000',
      policy: { ...OPEN, isOwn: (_address: string, port: number) => port === 3000 },
      resolved: ['127.0.0.1'],
      expected: 'refused',
    },
    {
      name: 'the hub itself on the port that goes unsaid',
      url: 'https://a.example',
      policy: { ...OPEN, isOwn: (_address: string, port: number) => port === 443 },
      resolved: ['127.0.0.1'],
      expected: 'refused',
    },
    { name: 'a name without an address', url: 'https://a.example', expected: 'refused' },
  ]) {
    test(`${expected === 'refused' ? 'refused' : 'ok'}/${name}`, async () =>
      expect(await judge(url, policy, ...resolved)).toBe(expected))
  }
})
