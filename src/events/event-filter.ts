import { deviceOf, type LoggedEvent } from '../logged-event.ts'

/** Which events are wanted. */
export interface EventFilter {
  /** Types, or the beginnings of types with `*` behind; none: every type. */
  readonly types: readonly string[]
  readonly deviceId?: string
}

export function isWanted(
  { type, data }: Pick<LoggedEvent, 'type' | 'data'>,
  { types, deviceId }: EventFilter,
): boolean {
  if (deviceId !== undefined && deviceOf(data) !== deviceId) return false
  return types.length === 0 || types.some((pattern) => fits(pattern, type))
}

function fits(pattern: string, type: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern
}
