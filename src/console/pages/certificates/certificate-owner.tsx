import { read } from '../../language.ts'
import { IdLink } from '../../parts/id-link.tsx'
import { CERTIFICATES_TEXT } from './certificates-text.ts'

/** Whose it is; who has a page is linked to it. */
export function CertificateOwner({ kind, id }: { readonly kind: string; readonly id: string }) {
  const { kinds } = read(CERTIFICATES_TEXT)
  const noun = (kinds as Readonly<Record<string, string>>)[kind] ?? kind
  return (
    <>
      {noun} {hasPage(kind) ? <IdLink section={`${kind}s`} id={id} /> : id}
    </>
  )
}

function hasPage(kind: string): kind is 'device' | 'service' {
  return kind === 'device' || kind === 'service'
}
