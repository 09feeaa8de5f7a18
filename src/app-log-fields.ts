import { requestFields } from './log-fields.ts'
import { traceFields } from './tracing.ts'

/** What stands in a line of the log beside its own fields: for which request it was written, and in which span. */
export function fieldsAround(): object {
  return { ...requestFields(), ...traceFields() }
}
