import { ClientRequest } from 'node:http'
import { describe, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openHubDouble, problem } from './hub-double.ts'
import { run } from './terminal.ts'

const CALL = 'POST /api/users/eva/devices/a%3Ab/rpc'
const ANSWER = { body: { id: '00000000-0000-4000-8000-000000000000', result: { on: true } } }

describe('rpc', () => {
  for (const { argv, body } of [
    { argv: ['ping'], body: { method: 'ping' } },
    { argv: ['set', '{"on":true}'], body: { method: 'set', params: { on: true } } },
    { argv: ['set', '[1]', '--timeout', '2m'], body: { method: 'set', params: [1], timeoutMs: 120_000 } },
  ]) {
    test(`${argv.join(' ')} prints what the device answers`, async () => {
      await using folder = await temporaryFolder()
      await using hub = await openHubDouble({ [CALL]: ANSWER }, { folder: folder.path })
      const finished = await run({ argv: ['rpc', 'eva/a:b', ...argv], cwd: folder.path })
      expect(finished).toMatchObject({ code: 0, stdout: '{\n  "on": true\n}\n', stderr: '' })
      expect(hub.requests.map((request) => request.body)).toEqual([body])
    })
  }

  for (const { argv, sentence } of [
    { argv: ['device-001', 'ping'], sentence: /expected USER\/DEVICE/ },
    { argv: ['a/b/c', 'ping'], sentence: /expected USER\/DEVICE/ },
    { argv: ['eva/a:b', 'set', '{on}'], sentence: /expected JSON/ },
    { argv: ['eva/a:b', 'ping', '--timeout', 'soon'], sentence: /expected a duration/ },
  ]) {
    test(`refused/${argv.join(' ')}, and the hub is not asked`, async () => {
      await using folder = await temporaryFolder()
      await using hub = await openHubDouble({ [CALL]: ANSWER }, { folder: folder.path })
      const { code, stderr } = await run({ argv: ['rpc', ...argv], cwd: folder.path })
      expect(code).toBe(2)
      expect(stderr).toMatch(sentence)
      expect(hub.requests).toEqual([])
    })
  }

  test('waits for the hub longer than the hub waits for the device', async () => {
    const patience = vi.spyOn(ClientRequest.prototype, 'setTimeout')
    await using folder = await temporaryFolder()
    await using _hub = await openHubDouble({ [CALL]: ANSWER }, { folder: folder.path })
    await run({ argv: ['rpc', 'eva/a:b', 'ping', '--timeout', '2m'], cwd: folder.path })
    expect(patience).toHaveBeenCalledExactlyOnceWith(180_000, expect.any(Function))
  })

  test('says that the device is away', async () => {
    await using folder = await temporaryFolder()
    await using _hub = await openHubDouble({ [CALL]: problem(409, 'device_offline') }, { folder: folder.path })
    const { code, stderr } = await run({ argv: ['rpc', 'eva/a:b', 'ping'], cwd: folder.path })
    expect(code).toBe(1)
    expect(stderr).toMatch(/\(device_offline\)\n$/)
  })
})
