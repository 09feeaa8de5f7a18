import type { EventAnswer } from '../../../api/resources/event.ts'
import { read } from '../../language.ts'
import { EVENT_TEXT } from './event-text.ts'

/** An event as a sentence; of a type that this console does not know, what it says, name by name. */
export function tellEvent({ type, data }: EventAnswer): string {
  const tell = Object.entries(read(EVENT_TEXT)).find(([known]) => known === type)?.[1] as
    | ((data: EventAnswer['data']) => string)
    | undefined
  return tell ? tell(data) : tellPairs(data)
}

function tellPairs(data: EventAnswer['data']): string {
  return Object.entries(data)
    .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ')
}
