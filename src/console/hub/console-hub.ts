import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { ApiClient } from './api-client.ts'
import type { EventFeed, EventStream } from './event-feed.ts'

/** The hub that the console speaks to. */
export interface ConsoleHub {
  readonly api: ApiClient
  readonly events: EventFeed
  /** Of server-sent events, at an address of the API. */
  readonly openStream: (address: string) => EventStream
}

const HubContext = createContext<ConsoleHub | undefined>(undefined)
export const HubProvider = HubContext.Provider

/** For pages and what they are made of; throws outside of a HubProvider. */
export function useHub(): ConsoleHub {
  const hub = useContext(HubContext)
  if (!hub) throw new Error('a page was drawn without a hub')
  return hub
}
