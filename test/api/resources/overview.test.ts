import { expect, test } from 'vitest'
import type { Overview } from '../../../src/api/observation-ports.ts'
import { shapeOverview } from '../../../src/api/resources/overview.ts'

const AT = new Date('2026-11-22T12:00:00Z')

/** A hub in memory that has only just begun. */
const YOUNG: Overview = {
  version: '1.2.3',
  startedAt: AT,
  now: AT,
  modes: { mqtt: 'mtls', api: 'token' },
  devices: { total: 0, connected: 0, suspended: 0 },
  services: { total: 0, connected: 0 },
  enrolments: { pending: 0 },
  refusalsLastHour: 0,
  certificates: { within30Days: 0, byWeek: [] },
  sessions: { live: 0, stored: 0, waiting: 0 },
  queued: { messages: 0, bytes: 0 },
  process: { rss: 100, heapUsed: 10, heapTotal: 20, eventLoopDelay: undefined },
  disk: undefined,
  databaseBytes: undefined,
  lastBackupAt: undefined,
  findings: [],
}

test('what a hub in memory does not know yet is null', () => {
  expect(shapeOverview(YOUNG)).toMatchObject({
    uptimeSeconds: 0,
    process: { rss: 100, heapUsed: 10, heapTotal: 20, eventLoopDelay: null },
    disk: null,
    databaseBytes: null,
    lastBackupAt: null,
    findings: [],
  })
})

test('what is known is told, times in UTC', () => {
  const known = { disk: { free: 1, total: 2 }, databaseBytes: 4096 }
  const process = { ...YOUNG.process, eventLoopDelay: { p50: 0.1, p99: 2 } }
  expect(shapeOverview({ ...YOUNG, ...known, process, lastBackupAt: AT })).toMatchObject({
    ...known,
    process,
    lastBackupAt: AT.toISOString(),
  })
})

test('a clock that was set back makes no uptime below zero', () => {
  const startedAt = new Date(AT.getTime() + 60_000)
  expect(shapeOverview({ ...YOUNG, startedAt })).toMatchObject({ uptimeSeconds: 0 })
})
