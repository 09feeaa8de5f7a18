import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type ChildProcess, startProcess } from '../db/process.ts'
import { nextMessage } from '../support/next-message.ts'
import { readReadiness, untilReady } from '../support/readiness.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

for (const mode of ['immediate', 'exclusive']) {
  describe(`another process that holds a database by BEGIN ${mode}`, () => {
    test('keeps messages from being acknowledged, and nothing else; all is well when it is gone', async () => {
      await using hub = await startTestHub()
      const service = await hub.enrolService('everything', ['#'])
      const away = { clientId: 'everything', clean: false }
      const first = await hub.connect(service, away)
      await first.subscribeAsync('kept', { qos: 1 })
      await first.endAsync()
      const subscriber = await hub.connect(service)
      await subscriber.subscribeAsync('live')
      const publisher = await hub.connect(service)

      const other = await lock(hub, 'mqtt.db', mode)
      expect(await readReadiness(hub)).toMatchObject({ status: 503, database: true, mqtt_database: false })
      const { findings } = (await hub.api('GET', '/api/overview')).json()
      expect(findings).toMatchObject([
        {
          check: 'mqtt_database',
          status: 'failed',
          code: 'not_ready',
          detail: expect.stringMatching(/^Not ready: data\/mqtt\.db cannot be written/),
        },
      ])
      const refused = await hub.connect(service)
      const closed = new Promise<void>((resolve) => refused.once('close', () => resolve()))
      refused.publish('kept', 'refused', { qos: 1 })
      await closed
      const body = { topicName: 'kept', payload: 'refused', qos: 1 }
      const answer = await hub.api('POST', '/api/publish', { body })
      expect([answer.status, answer.json().detail]).toEqual([
        503,
        'mqtt.db is locked by another process: end what else has it open',
      ])
      const arrived = nextMessage(subscriber)
      publisher.publish('live', 'x')
      expect(await arrived).toEqual({ topic: 'live', payload: 'x' })
      await expect(hub.connect(service, { clientId: 'everything:new', clean: false })).rejects.toMatchObject({
        code: 3,
      })
      expect(await hub.refusals()).toContainEqual(
        expect.objectContaining({
          cause: 'storage_unavailable',
          presented: expect.objectContaining({
            error: 'mqtt.db is locked by another process: end what else has it open',
          }),
        }),
      )

      await other.kill()
      await untilReady(hub)
      const kept = nextMessage(await hub.connect(service, away))
      await publisher.publishAsync('kept', 'acknowledged', { qos: 1 })
      expect(await kept).toEqual({ topic: 'kept', payload: 'acknowledged' })
    })

    test('keeps the registry from changing, says so, and devices go on', async () => {
      await using hub = await startTestHub()
      const device = await hub.enrol('device-001')
      const other = await lock(hub, 'hub.db', mode)
      expect(await readReadiness(hub)).toMatchObject({ status: 503, database: false, mqtt_database: true })
      const refused = await hub.api('POST', '/api/devices/certificates/device-002')
      expect(refused.json()).toMatchObject({
        status: 503,
        code: 'file_unreachable',
        detail: 'hub.db is locked by another process: end what else has it open',
      })
      expect(await hub.hub.createSetUpLink?.()).toBeUndefined()
      const client = await hub.connect(device, { clientId: 'device-001', clean: false })
      await client.publishAsync('users/test-user/devices/device-001/a', 'x', { qos: 1 })

      await other.kill()
      expect(await readReadiness(hub)).toMatchObject({ status: 200, database: true, mqtt_database: true })
      await hub.enrol('device-002')
    })
  })
}

/** Resolves when the process has the lock. */
async function lock({ dataDir }: TestHub, name: string, mode: string): Promise<ChildProcess> {
  const other = startProcess(`
    import SQLite from 'better-sqlite3'
    const sqlite = new SQLite(${JSON.stringify(join(dataDir, name))})
    sqlite.exec('begin ${mode}')
    console.log('locked')
    process.stdin.resume()
  `)
  await other.firstLine
  return other
}
