import { signal } from '@preact/signals'
import { formatRoute, parseRoute, type Route } from './route.ts'

/** Where the reader is; pages read their filters from it, and write them into it. */
export const route = signal<Route>({ path: [], query: {} })

export function startRouter(): void {
  const follow = (): void => {
    route.value = parseRoute(location.hash)
  }
  addEventListener('hashchange', follow)
  follow()
}

export function navigate(path: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): void {
  location.hash = formatRoute(path, query)
}

/** Changes filters of the view one is in; it leaves no step behind for the button Back. */
export function refine(changes: Readonly<Record<string, string | undefined>>): void {
  const { path, query } = route.value
  history.replaceState(null, '', formatRoute(path, { ...query, ...changes }))
  route.value = parseRoute(location.hash)
}
