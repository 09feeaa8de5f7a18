import { z } from '@hono/zod-openapi'
import type { HistoryColumns, SeriesName } from '../metrics/history.ts'
import type { Overview } from '../observation-ports.ts'
import { findingCodeFields, shapeValues } from './finding-code.ts'

const WEEK_MS = 604_800_000

const octetsSchema = z.object({ free: z.int(), total: z.int() })

export const overviewSchema = z
  .object({
    version: z.string(),
    startedAt: z.iso.datetime(),
    uptimeSeconds: z.int(),
    modes: z.object({ mqtt: z.string().openapi({ example: 'mtls' }), api: z.string().openapi({ example: 'token' }) }),
    devices: z.object({ total: z.int(), connected: z.int(), suspended: z.int() }),
    services: z.object({ total: z.int(), connected: z.int() }),
    enrolments: z
      .object({ pending: z.int() })
      .openapi({ description: 'Requests for first certificates that wait for a word' }),
    refusalsLastHour: z.int().openapi({ description: 'Or since the start, where that was later' }),
    certificates: z
      .object({
        endingWithin30Days: z.int(),
        byWeek: z.array(z.object({ from: z.iso.datetime(), count: z.int() })).openapi({
          description: 'Those that end in each of the next 12 weeks, of which the first begins now',
        }),
      })
      .openapi({ description: 'Those that are revoked or replaced are left out' }),
    sessions: z.object({
      live: z.int().openapi({ description: 'Of clients that are connected' }),
      stored: z.int().openapi({ description: 'That outlive their connections' }),
      waiting: z.int().openapi({ description: 'Of those, without a connection' }),
    }),
    queued: z
      .object({ messages: z.int(), bytes: z.int() })
      .openapi({ description: 'What waits for stored sessions; bytes are topics and payloads' }),
    process: z.object({
      rss: z.int(),
      heapUsed: z.int(),
      heapTotal: z.int(),
      eventLoopDelay: z
        .object({ p50: z.number(), p99: z.number() })
        .nullable()
        .openapi({ description: 'Milliseconds, of the last minute; p99 of the worst ten seconds in it' }),
    }),
    disk: octetsSchema.nullable().openapi({ description: 'Octets where the data lie' }),
    databaseBytes: z.int().nullable(),
    lastBackupAt: z.iso.datetime().nullable(),
    findings: z
      .array(
        z.object({
          check: z.string(),
          status: z.enum(['failed', 'warning']),
          ...findingCodeFields,
          detail: z.string(),
        }),
      )
      .openapi({ description: 'What /readyz finds wrong; empty: nothing' }),
  })
  .openapi('Overview', {
    example: {
      version: '0.1.0',
      startedAt: '2026-03-01T12:00:00.000Z',
      uptimeSeconds: 90,
      modes: { mqtt: 'mtls', api: 'token' },
      devices: { total: 214, connected: 212, suspended: 1 },
      services: { total: 3, connected: 2 },
      enrolments: { pending: 1 },
      refusalsLastHour: 2,
      certificates: { endingWithin30Days: 9, byWeek: [{ from: '2026-03-01T12:01:30.000Z', count: 2 }] },
      sessions: { live: 214, stored: 200, waiting: 3 },
      queued: { messages: 5, bytes: 812 },
      process: {
        rss: 205_320_192,
        heapUsed: 69_644_152,
        heapTotal: 116_969_472,
        eventLoopDelay: { p50: 0.1, p99: 2.3 },
      },
      disk: { free: 10_737_418_240, total: 21_474_836_480 },
      databaseBytes: 4_096_000,
      lastBackupAt: null,
      findings: [
        { check: 'backup', status: 'warning', code: 'backup_missing', values: {}, detail: 'No backup was made yet' },
      ],
    },
  })

export function shapeOverview(overview: Overview): z.infer<typeof overviewSchema> {
  const { version, startedAt, now, modes, devices, services, enrolments, refusalsLastHour, certificates } = overview
  const {
    sessions,
    queued,
    process: { eventLoopDelay, ...memory },
    disk,
    databaseBytes,
    lastBackupAt,
  } = overview
  return {
    version,
    startedAt: startedAt.toISOString(),
    uptimeSeconds: Math.max(0, Math.floor((now.getTime() - startedAt.getTime()) / 1000)),
    modes: { mqtt: modes.mqtt, api: modes.api },
    devices: { ...devices },
    services: { ...services },
    enrolments: { ...enrolments },
    refusalsLastHour,
    certificates: {
      endingWithin30Days: certificates.within30Days,
      byWeek: certificates.byWeek.map((count, week) => ({
        from: new Date(now.getTime() + week * WEEK_MS).toISOString(),
        count,
      })),
    },
    sessions: { ...sessions },
    queued: { ...queued },
    process: { ...memory, eventLoopDelay: eventLoopDelay ?? null },
    disk: disk ?? null,
    databaseBytes: databaseBytes ?? null,
    lastBackupAt: lastBackupAt?.toISOString() ?? null,
    findings: overview.findings.map((finding) => ({ ...finding, values: shapeValues(finding.values) })),
  }
}

export const historyQuerySchema = z.object({ range: z.enum(['1h', '24h']).default('1h') })

const seriesSchema = z.array(z.number().nullable())

const SERIES_MEANINGS = {
  messagesIn: 'Per second, accepted',
  messagesOut: 'Per second, delivered',
  connects: 'Per second, accepted',
  refusals: 'Per second',
  connected: 'Clients',
  rss: 'Octets',
  eventLoopDelayP99: 'Milliseconds',
} as const satisfies Record<SeriesName, string>

export const historySchema = z
  .object({
    startedAt: z.iso.datetime(),
    stepSeconds: z.int(),
    at: z.array(z.int()).openapi({ description: 'Where each step begins, seconds since 1970' }),
    series: z.object({
      messagesIn: described('messagesIn'),
      messagesOut: described('messagesOut'),
      connects: described('connects'),
      refusals: described('refusals'),
      connected: described('connected'),
      rss: described('rss'),
      eventLoopDelayP99: described('eventLoopDelayP99'),
    }),
  })
  .openapi('OverviewHistory', {
    description: 'Columns of the same length; null where nothing is known',
    example: {
      startedAt: '2026-03-01T12:00:00.000Z',
      stepSeconds: 10,
      at: [1_772_366_400, 1_772_366_410],
      series: {
        messagesIn: [null, 1.5],
        messagesOut: [null, 3],
        connects: [null, 0],
        refusals: [null, 0],
        connected: [null, 212],
        rss: [null, 205_320_192],
        eventLoopDelayP99: [null, 2.1],
      },
    },
  })

function described(name: keyof typeof SERIES_MEANINGS) {
  return seriesSchema.openapi({ description: SERIES_MEANINGS[name] })
}

export function shapeHistory({ startedAt, stepSeconds, at, series }: HistoryColumns): z.infer<typeof historySchema> {
  return {
    startedAt: startedAt.toISOString(),
    stepSeconds,
    at: at.map((milliseconds) => milliseconds / 1000),
    series: {
      messagesIn: [...series.messagesIn],
      messagesOut: [...series.messagesOut],
      connects: [...series.connects],
      refusals: [...series.refusals],
      connected: [...series.connected],
      rss: [...series.rss],
      eventLoopDelayP99: [...series.eventLoopDelayP99],
    },
  }
}
