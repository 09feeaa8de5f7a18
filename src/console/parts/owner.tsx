import { formatRoute } from '../route.ts'
import { IdLink } from './id-link.tsx'

/** `device:board-1`, as the hub writes who somebody is; who has a page is linked to it. */
export function Owner({ identity }: { readonly identity: string | undefined }) {
  if (identity === undefined) return null
  const [kind, id = ''] = identity.split(/:(.*)/s)
  if (kind === 'device') return <IdLink section="devices" id={id} />
  if (kind === 'service') return <a href={formatRoute(['services', id])}>{identity}</a>
  return <span>{identity}</span>
}
