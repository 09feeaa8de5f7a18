import { propagation, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inSpan, isTraced, traceFields, traceHeaders } from '../src/tracing.ts'
import { startTelemetry, type Telemetry } from './support/telemetry.ts'

describe('without an SDK', () => {
  test('the work is all there is: begun in the same tick, its promise handed on as it is', async () => {
    const promise = Promise.resolve(1)
    let isBegun = false
    const done = inSpan({ name: 'a' }, (note) => {
      isBegun = true
      note.rename('b')
      note.add({ c: 1 })
      note.fail('d')
      return promise
    })
    expect(isBegun).toBe(true)
    expect(done).toBe(promise)
    expect(traceFields()).toBeUndefined()
    expect(traceHeaders()).toEqual({})
  })

  test('nobody traces, unless the spans of others are carried on', () => {
    expect(isTraced()).toBe(false)
    const carriesOn = {
      inject: () => undefined,
      extract: <Given>(given: Given) => given,
      fields: () => ['traceparent'],
    }
    propagation.setGlobalPropagator(carriesOn)
    expect(isTraced()).toBe(true)
    propagation.disable()
    expect(isTraced()).toBe(false)
  })
})

describe('with an SDK that is registered later', () => {
  let telemetry: Telemetry
  beforeAll(() => {
    telemetry = startTelemetry()
  })
  afterAll(() => telemetry[Symbol.dispose]())
  const spanOf = (name: string) => telemetry.spans().find((span) => span.name === name)

  test('a span has what is known of it, and stands around what its work begins', async () => {
    const fields = await inSpan({ name: 'GET', kind: 'server', attributes: { a: 1 } }, async (note) => {
      note.rename('outer')
      note.add({ b: 2 })
      await inSpan({ name: 'inner', kind: 'client' }, async () => undefined)
      return traceFields()
    })
    const [outer, inner] = [spanOf('outer'), spanOf('inner')]
    expect(outer).toMatchObject({ kind: SpanKind.SERVER, attributes: { a: 1, b: 2 } })
    expect(inner).toMatchObject({ kind: SpanKind.CLIENT, parentSpanContext: outer?.spanContext() })
    const { traceId, spanId } = outer?.spanContext() ?? {}
    expect(fields).toEqual({ traceId, spanId })
    expect(traceFields()).toBeUndefined()
    expect(isTraced()).toBe(true)
  })

  test('belongs to the trace that a header names, or to none', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const carrier = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: undefined }
    await inSpan({ name: 'asked', carrier }, () => inSpan({ name: 'apart', isRoot: true }, async () => undefined))
    expect(spanOf('asked')?.spanContext().traceId).toBe(traceId)
    expect(spanOf('apart')?.spanContext().traceId).not.toBe(traceId)
    expect(spanOf('apart')?.parentSpanContext).toBeUndefined()
  })

  test('names itself to the process that is asked within it', async () => {
    const headers = await inSpan({ name: 'asking', kind: 'client' }, async () => traceHeaders())
    const { traceId, spanId } = spanOf('asking')?.spanContext() ?? {}
    expect(headers).toEqual({ traceparent: `00-${traceId}-${spanId}-01` })
    expect(traceHeaders()).toEqual({})
  })

  for (const { name, thrown, type } of [
    { name: 'a code', thrown: Object.assign(new Error('secret'), { code: 'device_offline' }), type: 'device_offline' },
    { name: 'a name', thrown: new TypeError('secret'), type: 'TypeError' },
    { name: 'nothing', thrown: 'secret', type: 'unknown' },
  ]) {
    test(`a failure is told by ${name}, never by its sentence, and is the caller's as before`, async () => {
      const work = () => Promise.reject(thrown)
      await expect(inSpan({ name: type }, work)).rejects.toBe(thrown)
      expect(spanOf(type)).toMatchObject({ attributes: { 'error.type': type }, status: { code: SpanStatusCode.ERROR } })
      expect(JSON.stringify([spanOf(type)?.attributes, spanOf(type)?.events, spanOf(type)?.status])).not.toContain(
        'secret',
      )
    })
  }
})
