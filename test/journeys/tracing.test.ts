import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linkProgram } from '../support/hub-process.ts'
import { startProgram } from '../support/program.ts'
import { startTelemetry, type Telemetry } from '../support/telemetry.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub } from '../support/test-hub.ts'
import { openWebhookTarget } from '../support/webhook-target.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'

describe('with an OpenTelemetry SDK in the process', () => {
  let telemetry: Telemetry
  beforeAll(() => {
    telemetry = startTelemetry()
  })
  afterAll(() => telemetry[Symbol.dispose]())
  const spansOf = (name: string) => telemetry.spans().filter((span) => span.name === name)

  test('a revocation is one trace, from the header of the request to the cut and the lines of the log', async () => {
    await using hub = await startTestHub()
    const pump = await hub.enrol('pump')
    await hub.connect(pump, { clientId: 'pump' })
    const headers = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` }
    const answer = await hub.api('DELETE', '/api/devices/certificates/pump?token=SECRET', { headers })
    const [request] = spansOf('DELETE /api/devices/certificates/:deviceId')
    expect(request?.spanContext().traceId).toBe(TRACE)
    expect(request?.attributes).toEqual({
      'http.request.method': 'DELETE',
      'http.route': '/api/devices/certificates/:deviceId',
      'http.response.status_code': 200,
      'url.path': '/api/devices/certificates/pump',
      'url.scheme': 'https',
      'client.address': expect.stringMatching(/^(?:127\.0\.0\.1|::1)$/),
      'signet.request_id': answer.headers['x-request-id'],
    })
    const [cut] = spansOf('cut credentials')
    expect(cut).toMatchObject({
      parentSpanContext: { spanId: request?.spanContext().spanId },
      attributes: { 'signet.count': 1 },
    })
    const revoked = hub.log.lines.find(({ msg }) => msg === 'Certificate revoked')
    expect(revoked).toMatchObject({ traceId: TRACE, requestId: answer.headers['x-request-id'] })
    const connected = hub.log.lines.find(({ msg }) => msg === 'Client connected')
    expect(connected).not.toHaveProperty('traceId')
  })

  test('issuance, remote calls, webhooks and backups are spans too, and a failure has its code', async () => {
    await using hub = await startTestHub({ settings: { webhooks: { allow: ['127.0.0.0/8'] } } })
    await using target = await openWebhookTarget(hub)
    await hub.api('POST', '/api/webhooks', { body: { url: target.url, events: ['certificate.issued'] } })
    await hub.enrol('valve')
    const [received] = await target.waitFor(1)
    await hub.api('POST', '/api/users/default/devices/valve/rpc', { body: { method: 'open' } })
    await hub.api('POST', '/api/backup', { body: { passphrase: 'correct horse battery staple', contents: 'ca' } })
    await hub[Symbol.asyncDispose]()
    const issued = spansOf('issue certificate').map(({ attributes }) => attributes)
    expect(issued).toContainEqual({ 'signet.kind': 'device', 'signet.id': 'valve' })
    expect(spansOf('call device')[0]?.attributes).toEqual({
      'signet.id': 'valve',
      'rpc.method': 'open',
      'error.type': 'device_offline',
    })
    expect(spansOf('make backup')[0]?.attributes).toEqual({ 'signet.contents': 'ca' })
    const [delivery] = spansOf('deliver webhook')
    expect(delivery?.attributes).toMatchObject({ 'signet.event': 'certificate.issued' })
    expect(delivery?.parentSpanContext).toBeUndefined()
    const { traceId, spanId } = delivery?.spanContext() ?? {}
    expect(received?.headers['traceparent']).toBe(`00-${traceId}-${spanId}-01`)
  })
})

const resolve = (name: string): URL => pathToFileURL(createRequire(import.meta.url).resolve(name))

/** Stands for @opentelemetry/sdk-node: what that brings of its own, an exporter to a collector, is left out. */
const SDK_NODE = `
import { trace } from '${resolve('@opentelemetry/api')}'
import { BasicTracerProvider, SimpleSpanProcessor } from '${resolve('@opentelemetry/sdk-trace-base')}'
export class NodeSDK {
  start() {
    const exporter = {
      export: (spans, done) => done({ code: void spans.forEach(({ name }) => process.stdout.write('SPAN ' + name + '\\n')) ?? 0 }),
      shutdown: async () => undefined,
    }
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
  }
  async shutdown() {}
}
`

test('the file of the guide, loaded as the guide says, has the hub make spans', { timeout: 240_000 }, async () => {
  const guide = await readFile(new URL('../../docs/tracing.md', import.meta.url), 'utf8')
  const [, snippet = ''] = /```js\n([^`]+)```/.exec(guide) ?? []
  const [, options = ''] = /NODE_OPTIONS="([^"]+)" signet start/.exec(guide) ?? []
  expect(options).toBe('--import ./otel.mjs')
  await using folder = await temporaryFolder()
  const sdk = join(folder.path, 'node_modules/@opentelemetry/sdk-node')
  await mkdir(sdk, { recursive: true })
  await writeFile(join(sdk, 'package.json'), JSON.stringify({ type: 'module', exports: './sdk.mjs' }))
  await writeFile(join(sdk, 'sdk.mjs'), SDK_NODE)
  await writeFile(join(folder.path, 'otel.mjs'), snippet)
  await linkProgram(folder.path)
  await using program = startProgram(`${process.execPath} bin/signet.mjs start`, {
    cwd: folder.path,
    env: { NODE_OPTIONS: options, SIGNET_API__PORT: '0', SIGNET_MQTT__PORT: '0' },
  })
  const { apiPort } = JSON.parse(await program.line(/"msg":"Hub ready"/))
  await fetch(`http://127.0.0.1:${apiPort}/livez`)
  expect(await program.line(/^SPAN GET \/livez$/)).toBe('SPAN GET /livez')
})
