import { cutMiddle } from '../format.ts'
import { formatRoute } from '../route.ts'

export interface IdLinkProps {
  /** Of the pages that its own is one of. */
  readonly section: 'devices' | 'policies' | 'services' | 'sessions'
  readonly id: string
}

// A UUID is shown whole.
const LENGTH = 36

/** Where something is told of that has a page of its own. */
export function IdLink({ section, id }: IdLinkProps) {
  return (
    <a href={formatRoute([section, id])} title={titleOf(id)}>
      {cutMiddle(id, LENGTH)}
    </a>
  )
}

/** What has no page, or none yet. */
export function Id({ id }: Pick<IdLinkProps, 'id'>) {
  return <strong title={titleOf(id)}>{cutMiddle(id, LENGTH)}</strong>
}

/** A client id may have 65,535 octets, and its ends tell it from others. */
function titleOf(id: string): string | undefined {
  return id.length > LENGTH ? id : undefined
}
