import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openHubDouble, problem } from './hub-double.ts'
import { run } from './terminal.ts'

const CALL = 'POST /api/publish'
const MESSAGE = { topicName: 'a/b', payload: 'AP8=', encoding: 'base64', qos: 0, retain: false }

describe('pub', () => {
  for (const { name, argv, stdin = '', body } of [
    { name: 'a word', argv: ['hello'], body: { payload: Buffer.from('hello').toString('base64') } },
    { name: 'nothing', argv: ['--retain'], body: { payload: '', retain: true } },
    { name: 'stdin', argv: ['-', '--qos', '1'], stdin: 'from stdin\n', body: { payload: 'ZnJvbSBzdGRpbgo=', qos: 1 } },
    { name: 'the octets of a file', argv: ['--file', 'octets', '--qos', '2'], body: { qos: 2 } },
    { name: 'what is base64 already', argv: ['-', '--base64'], stdin: 'AP8=\n', body: {} },
  ]) {
    test(`publishes ${name}`, async () => {
      await using folder = await temporaryFolder()
      await using hub = await openHubDouble({ [CALL]: { status: 202 } }, { folder: folder.path })
      await writeFile(join(folder.path, 'octets'), Buffer.from([0, 255]))
      const finished = await run({ argv: ['pub', 'a/b', ...argv], cwd: folder.path, stdin })
      expect(finished).toMatchObject({ code: 0, stdout: '', stderr: '' })
      expect(hub.requests.map((request) => request.body)).toEqual([{ ...MESSAGE, ...body }])
    })
  }

  for (const { name, argv, code, sentence } of [
    { name: 'an unknown QoS', argv: ['x', '--qos', '3'], code: 2, sentence: /expected 0, 1 or 2/ },
    { name: 'two messages', argv: ['x', '--file', 'octets'], code: 1, sentence: /^signet: There are two messages/ },
    { name: 'no such file', argv: ['--file', 'gone'], code: 1, sentence: /gone cannot be read: ENOENT/ },
  ]) {
    test(`refused/${name}, and the hub is not asked`, async () => {
      await using folder = await temporaryFolder()
      await using hub = await openHubDouble({ [CALL]: { status: 202 } }, { folder: folder.path })
      const finished = await run({ argv: ['pub', 'a/b', ...argv], cwd: folder.path })
      expect(finished.code).toBe(code)
      expect(finished.stderr).toMatch(sentence)
      expect(hub.requests).toEqual([])
    })
  }

  test('says why the hub refuses', async () => {
    await using folder = await temporaryFolder()
    await using _hub = await openHubDouble({ [CALL]: problem(400, 'invalid_topic_name') }, { folder: folder.path })
    const { code, stderr } = await run({ argv: ['pub', 'a/#', 'x'], cwd: folder.path })
    expect(code).toBe(1)
    expect(stderr).toMatch(/\(invalid_topic_name\)\n$/)
  })
})
