import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import { openMqttDatabase } from '../../src/db/mqtt/mqtt-database.ts'
import { createRevocationListStore } from '../../src/db/revocation-list-store.ts'
import { takeSnapshot } from '../../src/db/snapshot.ts'
import { answerOver, answerSnapshot } from '../../src/db/snapshot-worker.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createCertificate, createSignedLists, NOON } from './records.ts'

function openBoth(folder: string, stack: DisposableStack) {
  const plan = (name: string) => ({ file: join(folder, name), copy: join(folder, `copy-${name}`) })
  const [registry, messages] = [plan('hub.db'), plan('mqtt.db')]
  const database = stack.use(openDatabase({ file: registry.file }))
  const mqtt = stack.use(openMqttDatabase({ file: messages.file, durability: 'process', clock: () => NOON }))
  return { database, mqtt, request: { registry, messages } }
}

test('both databases are copied while they are open, and what is in them is counted', async () => {
  await using folder = await temporaryFolder()
  using stack = new DisposableStack()
  const { database, mqtt, request } = openBoth(folder.path, stack)
  createCertificateStore(database).insert(createCertificate('d1'))
  createRevocationListStore(database).save(createSignedLists(7, NOON))
  mqtt.sessions.insert('d1', { kind: 'device', id: 'd1' }, NOON)
  expect(await answerSnapshot(request)).toMatchObject({
    figures: {
      registry: { devices: 0, certificates: 1, revoked: 0, newestIssuance: NOON.toISOString(), crlNumber: 7 },
      messages: { sessions: 1, queued: 0 },
    },
  })
  // A file alone is whole: no log lies beside it.
  expect(readdirSync(folder.path).filter((name) => name.startsWith('copy-'))).toEqual(['copy-hub.db', 'copy-mqtt.db'])
  expect(statSync(request.registry.copy).mode & 0o777).toBe(0o600)
  using copied = openDatabase({ file: request.registry.copy })
  expect(createCertificateStore(copied).listOf('device', 'd1')).toHaveLength(1)
})

test('a registry of which nothing was issued and no CRL published says so', async () => {
  await using folder = await temporaryFolder()
  using stack = new DisposableStack()
  const { request } = openBoth(folder.path, stack)
  const figures = await takeSnapshot(request, new AbortController().signal)
  const again = {
    registry: { ...request.registry, copy: `${request.registry.copy}-2` },
    messages: { ...request.messages, copy: `${request.messages.copy}-2` },
  }
  expect(await answerSnapshot(again)).toEqual({ figures })
  expect(figures.registry).not.toHaveProperty('newestIssuance')
  expect(figures.registry).not.toHaveProperty('crlNumber')
})

test('what keeps it from being copied has a name', async () => {
  await using folder = await temporaryFolder()
  const plan = { file: join(folder.path, 'no.db'), copy: join(folder.path, 'copy.db') }
  const request = { registry: plan, messages: plan }
  const failure = { code: 'file_unreachable', sentence: expect.stringContaining('copy.db cannot be read and written') }
  expect(await answerSnapshot(request)).toEqual(failure)
  await expect(answerSnapshot({} as typeof request)).rejects.toThrow(TypeError)
  await expect(takeSnapshot(request, new AbortController().signal)).rejects.toMatchObject({ code: 'file_unreachable' })
})

test('it ends when its hub stops', async () => {
  await using folder = await temporaryFolder()
  using stack = new DisposableStack()
  const { request } = openBoth(folder.path, stack)
  const stopping = new AbortController()
  const taken = takeSnapshot(request, stopping.signal)
  stopping.abort(new Error('stopping'))
  await expect(taken).rejects.toThrow('stopping')
  await expect(takeSnapshot(request, stopping.signal)).rejects.toThrow('stopping')
})

test('a copy is never written over a file that is there, and no database is taken for another', async () => {
  await using folder = await temporaryFolder()
  using stack = new DisposableStack()
  const { request } = openBoth(folder.path, stack)
  const swapped = { registry: request.messages, messages: request.registry }
  await expect(answerSnapshot(swapped)).rejects.toThrow('no such table')
  expect(await answerSnapshot(request)).toMatchObject({ code: 'file_unreachable' })
})

test('the answer goes to the thread that waits for it', async () => {
  await using folder = await temporaryFolder()
  using stack = new DisposableStack()
  const { request } = openBoth(folder.path, stack)
  const posted: unknown[] = []
  await answerOver({ postMessage: (answer) => void posted.push(answer) }, request)
  expect(posted).toMatchObject([{ figures: { registry: { devices: 0 } } }])
})
