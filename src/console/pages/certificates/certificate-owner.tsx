import { read } from '../../language.ts'
import { formatRoute } from '../../route.ts'
import { CERTIFICATES_TEXT } from './certificates-text.ts'

/** Whose it is; who has a page is linked to it. */
export function CertificateOwner({ kind, id }: { readonly kind: string; readonly id: string }) {
  const { kinds } = read(CERTIFICATES_TEXT)
  const noun = (kinds as Readonly<Record<string, string>>)[kind] ?? kind
  return (
    <>
      {noun} {hasPage(kind) ? <a href={formatRoute([`${kind}s`, id])}>{id}</a> : id}
    </>
  )
}

function hasPage(kind: string): boolean {
  return kind === 'device' || kind === 'service'
}
