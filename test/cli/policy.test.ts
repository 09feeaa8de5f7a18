import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openHubDouble } from './hub-double.ts'
import { run } from './terminal.ts'

const RULES = [
  { effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: 'users/{user}/devices/{device}/#' },
  { effect: 'deny', actions: ['publish'], topicFilter: 'users/{user}/devices/{device}/config' },
]

describe('policy list', () => {
  const items = [
    { name: 'device', clientId: 'own', rules: RULES },
    { name: 'nothing', clientId: 'any', rules: [] },
  ]
  const answers = { 'GET /api/policies?limit=500': { body: { items, nextCursor: null } } }

  test('has a line for each rule, and one for a policy without rules', async () => {
    await using folder = await temporaryFolder()
    await using _hub = await openHubDouble(answers, { folder: folder.path })
    const { stdout } = await run({ argv: ['policy', 'list'], cwd: folder.path })
    const [, ...rows] = stdout.trimEnd().split('\n')
    expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
      ['device', 'own', 'allow', 'publish, subscribe', 'users/{user}/devices/{device}/#'],
      ['device', 'own', 'deny', 'publish', 'users/{user}/devices/{device}/config'],
      ['nothing', 'any', '-', '-', '-'],
    ])
  })

  test('--json prints the policies as they are', async () => {
    await using folder = await temporaryFolder()
    await using _hub = await openHubDouble(answers, { folder: folder.path })
    const { stdout } = await run({ argv: ['policy', 'list', '--json'], cwd: folder.path })
    expect(JSON.parse(stdout)).toEqual(items)
  })
})

describe('policy set', () => {
  const call = 'PUT /api/policies/sensors'

  test('takes the policy from a file', async () => {
    await using folder = await temporaryFolder()
    await using hub = await openHubDouble({ [call]: { body: {} } }, { folder: folder.path })
    await writeFile(join(folder.path, 'sensors.json'), JSON.stringify({ rules: RULES }))
    const { code, stdout } = await run({
      argv: ['policy', 'set', 'sensors', '--file', 'sensors.json'],
      cwd: folder.path,
    })
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Policy sensors is set\n' })
    expect(hub.requests[0]?.body).toEqual({ rules: RULES })
  })

  test('takes it from stdin', async () => {
    await using folder = await temporaryFolder()
    await using hub = await openHubDouble({ [call]: { body: {} } }, { folder: folder.path })
    await run({ argv: ['policy', 'set', 'sensors', '--file', '-'], cwd: folder.path, stdin: '{"rules": []}' })
    expect(hub.requests[0]?.body).toEqual({ rules: [] })
  })

  for (const { name, argv, stdin, sentence } of [
    { name: 'no JSON', argv: ['-'], stdin: '{', sentence: /^signet: The standard input is not JSON: .*\n$/ },
    { name: 'no object', argv: ['-'], stdin: '3', sentence: /holds no policy: expected \{"rules": \[...\]\}\n$/ },
    { name: 'no such file', argv: ['gone.json'], stdin: '', sentence: /^signet: gone\.json cannot be read: ENOENT\n$/ },
  ]) {
    test(`refused/${name}, and the hub is not asked`, async () => {
      await using folder = await temporaryFolder()
      await using hub = await openHubDouble({ [call]: { body: {} } }, { folder: folder.path })
      const { code, stderr } = await run({
        argv: ['policy', 'set', 'sensors', '--file', ...argv],
        cwd: folder.path,
        stdin,
      })
      expect(code).toBe(1)
      expect(stderr).toMatch(sentence)
      expect(hub.requests).toEqual([])
    })
  }
})
