import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import { readMachineNames } from '../../src/edge/machine-names.ts'

describe('the names of a machine', () => {
  test('are its host name and its addresses, without those that mean nothing elsewhere', () => {
    const names = readMachineNames('hub.example.com', {
      lo: [ipv4('127.0.0.1', true), ipv6('::1', 0, true)],
      eth0: [ipv4('192.0.2.1'), ipv6('2001:db8::1'), ipv6('fe80::1', 2)],
      eth1: [ipv4('169.254.10.20')],
      wlan0: undefined,
    })
    expect(names).toEqual(['hub.example.com', '192.0.2.1', '2001:db8::1'])
  })

  for (const { name, held } of [
    { name: 'hub', held: true },
    { name: '4f2a1b9c0d1e', held: true },
    { name: 'my_container', held: true },
    { name: '3com.example', held: true },
    { name: '', held: false },
    { name: 'Bob’s laptop', held: false },
    { name: 'hub.', held: false },
    { name: '-hub', held: false },
    { name: 'x'.repeat(64), held: false },
    { name: 'hub.4', held: false },
  ]) {
    test(`${held ? 'hold' : 'leave out'} the host name ${JSON.stringify(name)}`, () =>
      expect(readMachineNames(name, {})).toEqual(held ? [name] : []))
  }

  test('are those of this machine when nothing else is said', () =>
    expect(readMachineNames()).toEqual(readMachineNames(hostname(), networkInterfaces())))
})

function ipv4(address: string, internal = false): NetworkInterfaceInfo {
  return { address, netmask: '', family: 'IPv4', mac: '', internal, cidr: null }
}

function ipv6(address: string, scopeid = 0, internal = false): NetworkInterfaceInfo {
  return { address, netmask: '', family: 'IPv6', mac: '', internal, cidr: null, scopeid }
}
