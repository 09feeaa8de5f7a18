import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openHubDouble } from './hub-double.ts'
import { run } from './terminal.ts'

const REFUSAL = {
  at: '2026-01-01T00:00:00.000Z',
  address: '10.0.0.1',
  surface: 'mqtts',
  cause: 'client_id_wrong',
  mend: 'Use the own id.',
  count: 3,
  presented: { clientId: 'a\u001b[31mb', serialNumber: '01' },
  expected: 'dev-1',
}
const LIST = 'GET /api/diagnostics/refusals?limit=500'

test('refusals are a table with what mends each cause, and what a peer sent cannot move the cursor', async () => {
  await using folder = await temporaryFolder()
  const items = [REFUSAL, { ...REFUSAL, address: '10.0.0.2', presented: null, expected: null }]
  await using _hub = await openHubDouble({ [LIST]: { body: { items } } }, { folder: folder.path })
  const { stdout } = await run({ argv: ['refusals'], cwd: folder.path })
  expect(stdout).toMatch(/^2026\S+ +3 +10\.0\.0\.1 +mqtts +client_id_wrong +clientId=a\\u001b\[31mb +dev-1$/m)
  expect(stdout).toMatch(/10\.0\.0\.2 .* - +-$/m)
  expect(stdout.match(/^client_id_wrong {2}Use the own id\.$/gm)).toHaveLength(1)
})

test('where nobody was refused, it says so', async () => {
  await using folder = await temporaryFolder()
  await using _hub = await openHubDouble({ [LIST]: { body: { items: [] } } }, { folder: folder.path })
  expect((await run({ argv: ['refusals'], cwd: folder.path })).stdout).toBe('Nobody was refused\n')
  expect((await run({ argv: ['refusals', '--json'], cwd: folder.path })).stdout).toBe('[]\n')
})
