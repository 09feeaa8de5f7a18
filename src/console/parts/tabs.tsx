import { formatRoute, type Route } from '../route.ts'

export interface TabsProps {
  readonly label: string
  readonly route: Route
  readonly tabs: readonly { readonly id: string; readonly title: string }[]
  readonly current: string
}

/** Parts of one page, each with an address of its own: `tab` in its query. */
export function Tabs({ label, route: { path }, tabs, current }: TabsProps) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ id, title }) => (
        <a key={id} href={formatRoute(path, { tab: id })} aria-current={id === current ? 'page' : undefined}>
          {title}
        </a>
      ))}
    </nav>
  )
}
