import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { planTable } from '../../../src/cli/import/device-table.ts'
import { withCertificates } from '../../../src/cli/import/import-plan.ts'
import { readPeerCertificate } from '../../../src/peer-identity.ts'
import { createForeignCa } from '../../support/certificate-maker.ts'

const HEX = 'ab'.repeat(32)
const FINGERPRINT = Array.from({ length: 32 }, () => 'AB').join(':')

describe('a table of devices', () => {
  for (const { name, text } of [
    { name: 'commas', text: `deviceId,userId,fingerprint,clientId\npump,ann,${HEX},old-7\n` },
    {
      name: 'semicolons and a byte order mark',
      text: `\uFEFFdeviceId;userId;fingerprint;clientId\r\npump;ann;${HEX};old-7\r\n`,
    },
    {
      name: 'columns in another order, spaces and empty lines',
      text: `clientid , FINGERPRINT, userid,deviceid\n\n old-7, ${HEX}, ann, pump\n\n`,
    },
    {
      name: "openssl's own words",
      text: `deviceId,userId,fingerprint,clientId\npump,ann,sha256 Fingerprint=${FINGERPRINT},old-7`,
    },
  ]) {
    test(`ok/${name}`, () => {
      expect(planTable(text, 'fleet.csv')).toEqual({
        devices: [
          { deviceId: 'pump', userId: 'ann', clientIds: ['old-7'], certificates: [{ fingerprint: FINGERPRINT }] },
        ],
        policies: [],
        leftOut: [],
      })
    })
  }

  test('may hold certificates in quotes, or with \\n for the line feeds', () => {
    const text = 'deviceId,pem\npump,"-----BEGIN\nx\n-----END"\nfan,-----BEGIN\\nx\\n-----END\n'
    expect(planTable(text, 'fleet.csv').devices.map(({ certificates }) => certificates)).toEqual([
      [{ pem: '-----BEGIN\nx\n-----END' }],
      [{ pem: '-----BEGIN\nx\n-----END' }],
    ])
  })

  test('has one entry for a device of several rows, and what cannot be used is named', () => {
    const text = `deviceId,fingerprint,username,colour\npump,${HEX},u1,red\npump,what,,\n,${HEX},,\nfan,,,\n`
    expect(planTable(text, 'fleet.csv')).toEqual({
      devices: [
        { deviceId: 'pump', certificates: [{ fingerprint: FINGERPRINT }, { fingerprint: 'what' }] },
        { deviceId: 'fan' },
      ],
      policies: [],
      leftOut: [
        'fleet.csv: column colour is not known',
        'fleet.csv: row 3 has no deviceId',
        expect.stringMatching(/^fleet.csv: 1 user names/),
      ],
    })
  })

  for (const { name, text, sentence } of [
    { name: 'without a header', text: `pump,${HEX}\n`, sentence: /has no column deviceId/ },
    { name: 'without anything', text: '', sentence: /has no column deviceId/ },
    { name: 'with a row too short', text: 'deviceId,userId\npump\n', sentence: /^fleet.csv is no table: .*line 2/ },
  ]) {
    test(`refused/${name}`, () => expect(() => planTable(text, 'fleet.csv')).toThrow(sentence))
  }
})

test('certificates are found by fingerprint or by name', async () => {
  const ca = await createForeignCa('CN=Works CA')
  const [named, listed] = await Promise.all(['pump', 'other'].map((name) => ca.make({ commonNames: [name] })))
  const found = [named, listed].map((each) => {
    const certificate = new X509Certificate(each?.cert ?? '')
    return { path: 'x', pem: String(certificate), contents: readPeerCertificate(certificate) }
  })
  const plan = planTable(`deviceId,fingerprint\npump,${HEX}\nfan,${found[1]?.contents.fingerprint}\n`, 'fleet.csv')
  expect(withCertificates(plan, { certificates: found, leftOut: [] }).devices).toEqual([
    { deviceId: 'pump', certificates: [{ fingerprint: FINGERPRINT }, { pem: found[0]?.pem }] },
    { deviceId: 'fan', certificates: [{ pem: found[1]?.pem }] },
  ])
})
