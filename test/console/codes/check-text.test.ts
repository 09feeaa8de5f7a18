import { expect, test } from 'vitest'
import { CHECK_TEXT } from '../../../src/console/codes/check-text.ts'
import { startTestHub } from '../../support/test-hub.ts'

test('every check of the hub and of a device has a name in both languages', async () => {
  await using hub = await startTestHub()
  const client = await hub.connect(await hub.enrol('board-1'), { clientId: 'board-1' })
  const answers = await Promise.all([
    hub.api('GET', '/api/diagnostics/hub'),
    hub.api('GET', '/api/diagnostics/devices/board-1'),
  ])
  await client.endAsync()
  const checks = answers.flatMap((answer): readonly { readonly name: string }[] => answer.json().checks)
  expect(checks.length).toBeGreaterThan(10)
  for (const { name } of checks) for (const names of Object.values(CHECK_TEXT)) expect(names).toHaveProperty(name)
})
