import { formatRoute } from '../../route.ts'

/** `device:board-1`, as the hub writes who somebody is; a device leads to its page. */
export function Owner({ identity }: { readonly identity: string | undefined }) {
  if (identity === undefined) return null
  const [kind, id = ''] = identity.split(/:(.*)/s)
  return kind === 'device' ? <a href={formatRoute(['devices', id])}>{id}</a> : <span>{identity}</span>
}
