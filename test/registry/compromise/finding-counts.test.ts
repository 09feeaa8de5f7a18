import { expect, test } from 'vitest'
import { EventFeed } from '../../../src/events.ts'
import { countFindings } from '../../../src/registry/compromise/finding-counts.ts'

test('each finding is counted by its sign and what was done; those that never came are shown as none', () => {
  const events = new EventFeed()
  const read = countFindings(events)
  const tell = (id: string, action: 'told' | 'revoked') =>
    events.publish('identity.compromise_suspected', { kind: 'device', id, sign: 'key_reuse', action, evidence: {} })
  tell('pump', 'revoked')
  tell('valve', 'revoked')
  tell('fan', 'told')
  expect(read()).toHaveLength(9)
  expect(read().filter(({ count }) => count > 0)).toEqual([
    { sign: 'key_reuse', action: 'told', count: 1 },
    { sign: 'key_reuse', action: 'revoked', count: 2 },
  ])
})
