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

export function CopyButton({ text }: { readonly text: string }) {
  const [isCopied, setCopied] = useState(false)
  const words = read(PART_TEXT)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
  }
  return (
    <button type="button" class="plain" title={words.copy} onClick={copy} onBlur={() => setCopied(false)}>
      <Icon name={isCopied ? 'good' : 'copy'} />
      <span class="seen-by-readers" aria-live="polite">
        {isCopied ? words.copied : words.copy}
      </span>
    </button>
  )
}
