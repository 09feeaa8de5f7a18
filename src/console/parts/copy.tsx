import { useState } from 'preact/hooks'
import { cutMiddle } from '../format.ts'
import { read } from '../language.ts'
import { Icon } from './icon.tsx'
import { PART_TEXT } from './part-text.ts'

export interface CopyableProps {
  readonly text: string
  /** What of it is shown, if not all. */
  readonly length?: number
}

/** Fingerprints, serial numbers, topics: cut in the middle, whole on hover and when copied. */
export function Copyable({ text, length = 24 }: CopyableProps) {
  return (
    <span class="copyable">
      <code title={text}>{cutMiddle(text, length)}</code>
      <CopyButton text={text} />
    </span>
  )
}

const ICONS = { ready: 'copy', copied: 'good', refused: 'bad' } as const

export function CopyButton({ text }: { readonly text: string }) {
  const [state, setState] = useState<'ready' | 'copied' | 'refused'>('ready')
  const words = read(PART_TEXT)
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setState('copied')
    } catch {
      // The browser asks the reader, or a rule of his company, and may say no.
      setState('refused')
    }
  }
  const said = { ready: words.copy, copied: words.copied, refused: words.notCopied }[state]
  return (
    <button type="button" class="plain" title={said} onClick={copy} onBlur={() => setState('ready')}>
      <Icon name={ICONS[state]} />
      <span class="seen-by-readers" aria-live="polite">
        {said}
      </span>
    </button>
  )
}
