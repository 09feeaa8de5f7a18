import { requestFields } from './log-fields.ts'

/** What stands in a line of the log beside its own fields: on whose behalf it was written. */
export function fieldsAround(): object {
  return { ...requestFields() }
}
