import { keepLedger } from '../test/support/durability-ledger.ts'
import { temporaryFolder } from '../test/support/temporary-folder.ts'

// node bench/durability.ts: the long form of test/journeys/durability.test.ts
await using folder = await temporaryFolder()
const report = await keepLedger({
  folder: folder.path,
  kills: 20,
  publishers: 5,
  window: 2000,
  acknowledgements: [1000, 20_000],
})
console.log(report)
