import { CopyButton } from './copy.tsx'

export interface ShownOnceProps {
  /** What it is, and that it is not shown again. */
  readonly lead: string
  readonly secret: string
}

/** A secret in the moment it was made. */
export function ShownOnce({ lead, secret }: ShownOnceProps) {
  return (
    <div class="note good" role="status">
      <p>{lead}</p>
      <pre>{secret}</pre>
      <CopyButton text={secret} />
    </div>
  )
}
