import { expect, test } from 'vitest'
import { createBulkLines } from '../../../src/api/bulk/bulk-lines.ts'
import { DomainError } from '../../../src/errors.ts'

test('rows that wait for nothing are worked on in turns of the event loop of their own', async () => {
  let turn = 0
  const next = (): void => {
    turn++
    pending = setImmediate(next)
  }
  let pending = setImmediate(next)
  const turns: number[] = []
  async function* rows() {
    for (let line = 1; line <= 20; line++) yield { line, fields: { deviceId: `device-${line}` } }
  }
  const lines = createBulkLines({
    rows: rows(),
    wishes: { as: 'keys', onExisting: 'rotate', dryRun: true },
    bulk: {
      create: async () => {
        turns.push(turn)
        return { status: 'possible' }
      },
    },
    head: {},
    origin: 'https://localhost',
    explain: (error) => new DomainError('internal_error', String(error)),
  })
  const answered = (await Array.fromAsync(lines)).flatMap(({ deviceId }) => deviceId ?? [])
  clearImmediate(pending)
  expect(answered).toEqual(Array.from({ length: 20 }, (_, index) => `device-${index + 1}`))
  expect(new Set(turns).size).toBe(20)
})
