import { cutMiddle } from '../format.ts'
import { formatRoute } from '../route.ts'

export interface IdLinkProps {
  /** Of the pages that its own is one of. */
  readonly section: 'devices' | 'services' | 'sessions'
  readonly id: string
}

// A UUID is shown whole.
const LENGTH = 36

/** Where a device, service or session is told of; a client id may have 65,535 octets, and its ends tell it from others. */
export function IdLink({ section, id }: IdLinkProps) {
  return (
    <a href={formatRoute([section, id])} title={id.length > LENGTH ? id : undefined}>
      {cutMiddle(id, LENGTH)}
    </a>
  )
}
