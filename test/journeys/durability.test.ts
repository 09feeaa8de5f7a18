import { expect, test } from 'vitest'
import { keepLedger } from '../support/durability-ledger.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// The long form, with 20 kills and 2,000 in the window, is bench/durability.ts.
test('what was acknowledged survives kill -9: nothing lost, nothing of QoS 2 twice, all in its order', async () => {
  await using folder = await temporaryFolder()
  const report = await keepLedger({
    folder: folder.path,
    kills: 4,
    publishers: 3,
    window: 500,
    acknowledgements: [500, 4000],
  })
  expect(report).toMatchObject({ lost: 0, duplicates: 0, outOfOrder: 0, sessionsLost: 0, integrity: 'ok' })
  expect(report.acknowledged).toBeGreaterThan(2000)
}, 240_000)
