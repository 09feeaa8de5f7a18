import { describe, expect, test } from 'vitest'
import { readCsvRows } from '../../../src/api/bulk/csv-rows.ts'
import { readNdjsonRows } from '../../../src/api/bulk/ndjson-rows.ts'
import { MAX_ROW_OCTETS, type ParsedRow } from '../../../src/api/bulk/parsed-row.ts'

const COLUMNS = ['deviceId', 'userId', 'validityDays', 'csr']

/** As it may come from a socket: in pieces that end anywhere. */
async function* inPieces(text: string, octets = 5): AsyncGenerator<Uint8Array> {
  const whole = Buffer.from(text)
  for (let at = 0; at < whole.length; at += octets) yield whole.subarray(at, at + octets)
}

async function collect(rows: AsyncIterable<ParsedRow>): Promise<readonly ParsedRow[]> {
  return Array.fromAsync(rows)
}

function csv(text: string): Promise<readonly ParsedRow[]> {
  return collect(readCsvRows(inPieces(text), COLUMNS))
}

describe('CSV', () => {
  for (const { name, text, fields } of [
    {
      name: 'columns in any case and order',
      text: 'USERID,deviceid\nann,pump\n',
      fields: { userId: 'ann', deviceId: 'pump' },
    },
    {
      name: 'semicolons, a byte order mark and line ends of Windows',
      text: '\ufeffdeviceId;userId\r\npump;ann\r\n',
      fields: { deviceId: 'pump', userId: 'ann' },
    },
    { name: 'no line end behind the last row', text: 'deviceId\npump', fields: { deviceId: 'pump' } },
    {
      name: 'empty cells as absent, numbers as numbers',
      text: 'deviceId,userId,validityDays\npump,,30\n',
      fields: { deviceId: 'pump', validityDays: 30 },
    },
    {
      name: 'a quoted cell of several lines',
      text: 'deviceId,csr\npump,"a\nb"\n',
      fields: { deviceId: 'pump', csr: 'a\nb' },
    },
    {
      name: 'an unknown column, for the schema to refuse',
      text: 'deviceId,colour\npump,red\n',
      fields: { deviceId: 'pump', colour: 'red' },
    },
  ]) {
    test(`takes ${name}`, async () => expect(await csv(text)).toMatchObject([{ fields }]))
  }

  test('tells a broken row and goes on', async () => {
    expect(await csv('deviceId,userId\none,ann\ntwo\nfour,ann,more\nfive,ann\n')).toMatchObject([
      { line: 2, fields: { deviceId: 'one', userId: 'ann' } },
      { line: 3, fault: expect.stringContaining('Invalid Record Length') },
      { line: 4, fault: expect.stringContaining('Invalid Record Length') },
      { line: 5, fields: { deviceId: 'five', userId: 'ann' } },
    ])
  })

  test('a quote in the wrong place costs its own row alone', async () => {
    expect(await csv('deviceId\n"pump"x\nfan\n')).toMatchObject([
      { line: 2, fields: { deviceId: '"pump"x' } },
      { line: 3, fields: { deviceId: 'fan' } },
    ])
  })

  test('tells a quote that never ends', async () => {
    const rows = await csv('deviceId\npump\n"fan\n')
    expect(rows).toContainEqual({ line: 2, fields: { deviceId: 'pump' } })
    expect(rows).toContainEqual({ line: 3, fault: expect.stringContaining('Quote Not Closed') })
  })

  test('rejects when the body breaks off', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('deviceId\npump\n')
      throw new Error('gone')
    }
    await expect(collect(readCsvRows(broken(), COLUMNS))).rejects.toThrow('gone')
  })

  test('has no rows where there is nothing, or a head alone', async () => {
    expect([await csv(''), await csv('deviceId\n')]).toEqual([[], []])
  })
})

describe('NDJSON', () => {
  const ndjson = (text: string, octets?: number) => collect(readNdjsonRows(inPieces(text, octets)))

  test('is a row a line, empty lines left out, the last line ended or not', async () => {
    expect(await ndjson('{"deviceId":"насос"}\r\n\n{"a":1}')).toEqual([
      { line: 1, fields: { deviceId: 'насос' } },
      { line: 3, fields: { a: 1 } },
    ])
  })

  test('several lines in one piece are several rows', async () => {
    expect(await ndjson('1\n2\n3\n', 100)).toMatchObject([{ fields: 1 }, { fields: 2 }, { fields: 3 }])
  })

  test('tells a line that is no JSON, or too long, and goes on', async () => {
    const long = 'x'.repeat(MAX_ROW_OCTETS + 1)
    expect(await ndjson(`{\n${long}\n{}\n`, 1000)).toEqual([
      { line: 1, fault: 'This line is no JSON object' },
      { line: 2, fault: 'A line has at most 65536 octets' },
      { line: 3, fields: {} },
    ])
  })
})
