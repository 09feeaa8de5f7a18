import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Answers, openHubDouble } from './hub-double.ts'
import { run } from './terminal.ts'

const AT = '2026-11-22T12:00:00.000Z'
const LIVE = {
  clientId: 'device-001',
  identity: { kind: 'device', id: 'device-001', userId: 'user-1' },
  connected: true,
  connectedAt: AT,
  address: '192.0.2.7',
  surface: 'mqtts',
  protocolVersion: 4,
  keepAlive: 60,
  cleanSession: true,
  subscriptions: [{ topicFilter: 'a/#', qos: 1 }],
  queued: { messages: 2, bytes: 20 },
  inFlight: 1,
  expiresAt: null,
}
const STORED = {
  ...LIVE,
  clientId: 'backend/1',
  identity: { kind: 'service', id: 'backend' },
  connected: false,
  connectedAt: null,
  address: null,
  surface: null,
  protocolVersion: null,
  keepAlive: null,
  cleanSession: false,
  expiresAt: AT,
}
const BAN = { id: 'device:b', cause: 'flapping', identity: {}, clientId: null, since: AT, until: AT }

const ANSWERS: Answers = {
  'GET /api/sessions?limit=500': { body: { items: [STORED, LIVE], nextCursor: null } },
  'GET /api/sessions?state=connected&limit=500': { body: { items: [LIVE], nextCursor: null } },
  'GET /api/sessions/device-001': { body: LIVE },
  'GET /api/sessions/backend%2F1': { body: STORED },
  'GET /api/sessions/old': { body: { ...LIVE, clientId: 'old', protocolVersion: 3 } },
  'DELETE /api/sessions/backend%2F1': { status: 204 },
  'DELETE /api/sessions/device-001?ban=5m': { status: 204 },
  'GET /api/bans?limit=500': { body: { items: [BAN], nextCursor: null } },
  'DELETE /api/bans/device%3Ab': { status: 204 },
}

describe('session list', () => {
  test('has a line for each', async () => {
    const { stdout } = await call('session', 'list')
    const [, ...rows] = stdout.trimEnd().split('\n')
    expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
      ['backend/1', 'service backend', '-', '-', '-', 'no', '1', '2', AT],
      ['device-001', 'device device-001', 'mqtts', '192.0.2.7', AT, 'yes', '1', '2', '-'],
    ])
  })

  test('--state and --json: those that were meant, as they are', async () => {
    expect(JSON.parse((await call('session', 'list', '--state', 'connected', '--json')).stdout)).toEqual([LIVE])
  })
})

describe('session show', () => {
  test('tells all of a live one', async () => {
    expect(fieldsOf((await call('session', 'show', 'device-001')).stdout)).toEqual({
      'Client id': 'device-001',
      Identity: 'device device-001',
      User: 'user-1',
      Connected: AT,
      Address: '192.0.2.7',
      Surface: 'mqtts',
      Protocol: 'MQTT 3.1.1',
      'Keep alive': '60 s',
      'Clean session': 'yes',
      Queued: '2 messages, 20 bytes, 1 in flight',
      Expires: '-',
      Subscriptions: 'a/# (QoS 1)',
    })
  })

  test('tells what there is of one that is away', async () => {
    expect(fieldsOf((await call('session', 'show', 'backend/1')).stdout)).toMatchObject({
      Identity: 'service backend',
      Connected: '-',
      Protocol: '-',
      'Keep alive': '-',
      'Clean session': 'no',
      Expires: AT,
    })
  })

  test('tells MQTT 3.1 from 3.1.1', async () => {
    expect(fieldsOf((await call('session', 'show', 'old')).stdout)).toMatchObject({ Protocol: 'MQTT 3.1' })
  })

  test('--json prints it as it is', async () => {
    expect(JSON.parse((await call('session', 'show', 'backend/1', '--json')).stdout)).toEqual(STORED)
  })
})

describe('session disconnect', () => {
  test('ends the session', async () => {
    const { code, stdout } = await call('session', 'disconnect', 'backend/1')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Session backend/1 is ended\n' })
  })

  test('--ban refuses it for a while', async () => {
    const { code, stdout } = await call('session', 'disconnect', 'device-001', '--ban', '5m')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Session device-001 is ended, and banned for 5m\n' })
  })
})

describe('ban', () => {
  test('list has a line for each', async () => {
    const [, row = ''] = (await call('ban', 'list')).stdout.split('\n')
    expect(row.split(/ {2,}/)).toEqual(['device:b', 'flapping', AT, AT])
  })

  test('list --json prints them as they are', async () => {
    expect(JSON.parse((await call('ban', 'list', '--json')).stdout)).toEqual([BAN])
  })

  test('lift ends one', async () => {
    const { code, stdout } = await call('ban', 'lift', 'device:b')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Ban device:b is lifted\n' })
  })
})

async function call(...argv: readonly string[]) {
  await using folder = await temporaryFolder()
  await using _hub = await openHubDouble(ANSWERS, { folder: folder.path })
  return await run({ argv, cwd: folder.path })
}

function fieldsOf(stdout: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/, 2)),
  )
}
