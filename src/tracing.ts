import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  ProxyTracerProvider,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'

export interface SpanPlan {
  readonly name: string
  readonly kind?: 'server' | 'client'
  readonly attributes?: Attributes
  /** Headers that may name the span of another process it belongs to (W3C Trace Context); without them it belongs to the one around it. */
  readonly carrier?: Readonly<Record<string, string | undefined>>
  /** It belongs to none: what set it going is not what it is done for. */
  readonly isRoot?: boolean
}

/** What is known of a span only later. */
export interface SpanNote {
  rename(name: string): void
  add(attributes: Attributes): void
  /** `type`: a code or a status, of few values. */
  fail(type: string): void
}

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT }
const SILENT: SpanNote = { rename: () => undefined, add: () => undefined, fail: () => undefined }
const NAME = 'signet-hub'
// The API finds the SDK behind it, whenever that is registered.
const tracer = trace.getTracer(NAME)

/** Begins `work` in this tick, within a span; without an SDK it is `work` and nothing else. */
export function inSpan<Result>(plan: SpanPlan, work: (note: SpanNote) => Promise<Result>): Promise<Result> {
  if (!isTraced()) return work(SILENT)
  const parent = parentOf(plan)
  const { name, kind, attributes = {} } = plan
  const span = tracer.startSpan(name, { attributes, ...(kind ? { kind: KINDS[kind] } : {}) }, parent)
  if (!isSpanContextValid(span.spanContext())) return work(SILENT)
  const done = context.with(trace.setSpan(parent, span), () => Promise.try(work, noteOf(span)))
  return done
    .catch((error: unknown) => {
      noteOf(span).fail(typeOf(error))
      throw error
    })
    .finally(() => span.end())
}

/** Whether somebody has registered an SDK, or what carries the spans of others on: until then no span needs to be planned. */
export function isTraced(): boolean {
  const provider = trace.getTracerProvider()
  if (!(provider instanceof ProxyTracerProvider)) return true
  return provider.getDelegateTracer(NAME) !== undefined || propagation.fields().length > 0
}

/** Of the span that a line of the log is written in. */
export function traceFields(): { readonly traceId: string; readonly spanId: string } | undefined {
  const found = trace.getActiveSpan()?.spanContext()
  return found && { traceId: found.traceId, spanId: found.spanId }
}

/** What tells another process which span it works for, by the SDK's propagator (W3C Trace Context); nothing without an SDK. */
export function traceHeaders(): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  propagation.inject(context.active(), headers)
  return headers
}

function parentOf({ carrier, isRoot = false }: SpanPlan): Context {
  const around = isRoot ? ROOT_CONTEXT : context.active()
  return carrier ? propagation.extract(around, carrier) : around
}

function noteOf(span: Span): SpanNote {
  return {
    rename: (name) => void span.updateName(name),
    add: (attributes) => void span.setAttributes(attributes),
    fail(type) {
      span.setAttribute('error.type', type)
      span.setStatus({ code: SpanStatusCode.ERROR })
    },
  }
}

/** Not its sentence, which may hold what is nobody's business elsewhere. */
function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' ? code : error.name
}
