import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'

export interface PageProps {
  readonly title: string
  /** One sentence on how things stand. */
  readonly state?: ComponentChildren
  readonly actions?: ComponentChildren
  readonly children?: ComponentChildren
}

/** What every page is: its name, one sentence of state, what can be done, and then the page itself. */
export function Page({ title, state, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Signet`
  }, [title])
  return (
    <div class="appears">
      <div class="page-head">
        <h1>{title}</h1>
        {actions && <div class="row">{actions}</div>}
      </div>
      {state && <p class="state">{state}</p>}
      {children}
    </div>
  )
}

export interface SectionProps {
  readonly title: string
  readonly actions?: ComponentChildren
  readonly children: ComponentChildren
}

export function Section({ title, actions, children }: SectionProps) {
  return (
    <section class="section">
      <div class="page-head">
        <h2>{title}</h2>
        {actions && <div class="row">{actions}</div>}
      </div>
      {children}
    </section>
  )
}
