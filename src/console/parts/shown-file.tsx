import { saveFile } from '../hub/save-file.ts'
import { read } from '../language.ts'
import { CopyButton } from './copy.tsx'
import { PART_TEXT } from './part-text.ts'

export interface ShownFileProps {
  readonly name: string
  readonly content: string
}

/** A file of text, to be copied or kept. */
export function ShownFile({ name, content }: ShownFileProps) {
  return (
    <figure>
      <figcaption class="row spread">
        <code>{name}</code>
        <span class="row">
          <CopyButton text={content} />
          <button
            type="button"
            aria-label={`${read(PART_TEXT).save} ${name}`}
            onClick={() => saveFile({ name, content: new Blob([content]) })}
          >
            {read(PART_TEXT).save}
          </button>
        </span>
      </figcaption>
      <pre>{content}</pre>
    </figure>
  )
}
