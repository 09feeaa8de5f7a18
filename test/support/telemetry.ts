import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Context,
  type ContextManager,
  context,
  propagation,
  ROOT_CONTEXT,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'

export interface Telemetry extends Disposable {
  /** Those that have ended, in that order. */
  spans(): readonly ReadableSpan[]
}

/** An OpenTelemetry SDK in this process, which keeps what it is given. */
export function startTelemetry(): Telemetry {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(createContextManager())
  propagation.setGlobalPropagator(traceContextPropagator)
  return {
    spans: () => exporter.getFinishedSpans(),
    [Symbol.dispose]() {
      trace.disable()
      context.disable()
      propagation.disable()
    },
  }
}

/** As far as W3C Trace Context is read and written here: version, trace, parent and flags of `traceparent`. */
const traceContextPropagator: TextMapPropagator = {
  fields: () => ['traceparent'],
  inject(around, carrier, setter) {
    const span = trace.getSpanContext(around)
    if (!span) return
    const flags = span.traceFlags.toString(16).padStart(2, '0')
    setter.set(carrier, 'traceparent', `00-${span.traceId}-${span.spanId}-${flags}`)
  },
  extract(around, carrier, getter) {
    const [, traceId, spanId, flags] =
      /^00-(\w{32})-(\w{16})-(\w\w)$/.exec(String(getter.get(carrier, 'traceparent'))) ?? []
    if (!traceId || !spanId) return around
    return trace.setSpanContext(around, {
      traceId,
      spanId,
      traceFlags: Number.parseInt(flags ?? '', 16),
      isRemote: true,
    })
  },
}

/** As @opentelemetry/context-async-hooks makes it. */
function createContextManager(): ContextManager {
  const current = new AsyncLocalStorage<Context>()
  const manager: ContextManager = {
    active: () => current.getStore() ?? ROOT_CONTEXT,
    with: (one, work, self, ...parameters) => current.run(one, () => work.apply(self, parameters)),
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager,
  }
  return manager
}
