import type { ComponentChildren } from 'preact'

export interface FactProps {
  readonly name: string
  readonly children: ComponentChildren
}

/** A line of `<dl class="facts">`: what is known of a thing. */
export function Fact({ name, children }: FactProps) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}
