import { ReadableStream } from 'node:stream/web'
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { DomainError } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import type { BulkCreation } from '../../registry/bulk-creation.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { createBulkLines } from '../bulk/bulk-lines.ts'
import { readCsvRows } from '../bulk/csv-rows.ts'
import { readNdjsonRows } from '../bulk/ndjson-rows.ts'
import { MAX_BULK_OCTETS, readAhead } from '../bulk/read-ahead.ts'
import { BAD_BODY, BAD_CALLER } from '../operation.ts'
import type { BrokerAddress, HttpsIdentity, TrustAnchor } from '../ports.ts'
import { originForOthers } from '../request/own-origin.ts'
import { BULK_COLUMNS, bulkLineSchema, bulkQuerySchema, bulkRowSchema, readBulkWishes } from '../resources/bulk.ts'

const CSV = /^text\/csv(?:;|$)/i
const NDJSON = /^application\/(?:x-ndjson|ndjson|jsonl)(?:;|$)/i

const create = createRoute({
  method: 'post',
  path: '/bulk',
  tags: ['devices'],
  summary:
    'Create many devices from a table: one line is answered for each as it is made, and nothing is kept of the keys',
  request: {
    query: bulkQuerySchema,
    body: {
      required: true,
      content: {
        'text/csv': {
          schema: z.string().openapi({ description: `Columns ${BULK_COLUMNS.join(', ')}; only deviceId is needed` }),
        },
        'application/x-ndjson': { schema: bulkRowSchema },
      },
    },
  },
  responses: {
    200: {
      description: 'A line for each row, with progress between',
      content: { 'application/x-ndjson': { schema: bulkLineSchema } },
    },
    ...BAD_BODY,
    ...BAD_CALLER,
  },
})

export interface BulkOptions {
  readonly bulk: BulkCreation
  readonly trust: TrustAnchor
  readonly broker: BrokerAddress
  readonly https: HttpsIdentity
  /** The cause with a name, where what was thrown has one; else the error itself. */
  readonly explainFailure: (error: Error) => unknown
  readonly logger: Logger
}

export function bulkRoutes({ bulk, trust, broker, https, explainFailure, logger }: BulkOptions, guard: Guard) {
  const routes = new OpenAPIHono<ApiEnv>()
  return routes.openapi({ ...create, middleware: guard('operate') }, (c) => {
    const { body, headers } = c.req.raw
    const rows = readRows(headers.get('content-type') ?? '')
    const declared = Number(headers.get('content-length') ?? Number.NaN)
    if (declared > MAX_BULK_OCTETS) {
      throw new DomainError('body_too_large', `A table has at most ${MAX_BULK_OCTETS} octets`)
    }
    const lines = createBulkLines({
      rows: rows(readAhead(body ?? streamOf([]))),
      wishes: readBulkWishes(c.req.valid('query')),
      bulk,
      head: { caCert: trust.anchorPem, brokerUrl: broker.brokerHost, mqttSecurePort: broker.mqttPort },
      origin: originForOthers(c.req.url, https),
      explain: (error) => explain(error, c.var.requestId),
    })
    const stream = streamOf(encodeLines(lines))
    // By its types, the library takes a stream of JSON lines for JSON.
    return c.body(stream, 200, { 'content-type': 'application/x-ndjson' }) as never
  })

  function explain(error: unknown, requestId: string): DomainError {
    // Nothing of ours throws what is none.
    const named = explainFailure(error as Error)
    if (named instanceof DomainError) return named
    logger.error({ component: 'api', err: error, requestId }, 'A request failed')
    return new DomainError('internal_error', `See the log for request ${requestId}`)
  }
}

function readRows(type: string) {
  if (CSV.test(type)) return (chunks: AsyncIterable<Uint8Array>) => readCsvRows(chunks, BULK_COLUMNS)
  if (NDJSON.test(type)) return readNdjsonRows
  throw new DomainError(
    'unsupported_media_type',
    'Send the table as text/csv, or one JSON object a line as application/x-ndjson',
  )
}

async function* encodeLines(lines: AsyncIterable<object>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const line of lines) yield Buffer.from(`${JSON.stringify(line)}\n`)
}

// The streams of Node are those of the web; their types differ by what no byte stream of ours has.
function streamOf(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
  return ReadableStream.from(source) as globalThis.ReadableStream<Uint8Array<ArrayBuffer>>
}
