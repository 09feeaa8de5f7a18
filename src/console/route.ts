/** Where one stands: what follows `#` in the address, so that every view can be sent to a colleague. */
export interface Route {
  /** `['devices', 'board-1']` of `#/devices/board-1`. */
  readonly path: readonly string[]
  /** The filters of a list, the tab of a page. */
  readonly query: Readonly<Record<string, string>>
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const segments = path.split('/').filter((segment) => segment !== '')
  return { path: segments.map(decodeSegment), query: Object.fromEntries(new URLSearchParams(query)) }
}

// Somebody may type it: what is no encoding stands for itself.
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** The address of a view; a filter that is empty is left out. */
export function formatRoute(path: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): string {
  const kept = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]))
  const search = new URLSearchParams(kept).toString()
  return `#/${path.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`
}
