import type { ComponentChildren } from 'preact'
import { Icon } from './icon.tsx'

export type Tone = 'good' | 'warn' | 'bad' | 'off'

/** A state: its colour is never alone, an icon and a word say the same. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return (
    <span class={`badge ${tone}`}>
      <Icon name={tone} />
      {children}
    </span>
  )
}
