// Drawn by hand on a grid of 18: one path each, in the colour of the words beside it.
const PATHS = {
  overview: 'M2 9h3l2-5 4 10 2-5h3',
  devices: 'M4 3h10v12H4zM7 12h4',
  services: 'M3 3h12v5H3zM3 10h12v5H3zM6 5.5h.1M6 12.5h.1',
  sessions: 'M3 6h12M3 12h12M6 3l-3 3 3 3M12 9l3 3-3 3',
  certificates: 'M3 3h12v8H3zM6 6h6M9 11v5l-2-1.5M9 16l2-1.5',
  policies: 'M9 2l6 2.5v4c0 3.5-2.5 6-6 7.5-3.5-1.5-6-4-6-7.5v-4z',
  activity: 'M3 4h12M3 9h12M3 14h7',
  settings: 'M3 5h7M14 5h1M3 13h1M8 13h7M12 3v4M6 11v4',
  search: 'M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3zM12 12l4 4',
  good: 'M3 9.5l4 4 8-9',
  warn: 'M9 2.5l7 12.5H2zM9 7v4M9 13.2v.1',
  bad: 'M4 4l10 10M14 4L4 14',
  off: 'M4 9h10',
  copy: 'M6 6h9v9H6zM12 6V3H3v9h3',
} as const

export type IconName = keyof typeof PATHS

/** Beside words that say the same: a reader of screens is not told of it. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 18 18" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  )
}
