import { X509Certificate } from 'node:crypto'
import { thumbprintOf } from '../key-thumbprint.ts'
import type { Database } from './database.ts'

/** Of the key in a certificate; null where there is no PEM, or none of a key that TLS could use. */
export function readKeyThumbprint(pem: string | undefined): string | null {
  if (pem === undefined) return null
  try {
    return thumbprintOf(new X509Certificate(pem).publicKey)
  } catch {
    // What a stranger's CA signed may hold a key of any kind; nobody can ask us for such a one.
    return null
  }
}

/** For certificates that an older version has kept. */
export function fillKeyThumbprints({ sqlite }: Pick<Database, 'sqlite'>): void {
  const missing = sqlite.prepare<[], { readonly fingerprint: string; readonly pem: string }>(
    'select fingerprint, pem from certificates where key_thumbprint is null and pem is not null',
  )
  const fill = sqlite.prepare('update certificates set key_thumbprint = ? where fingerprint = ?')
  const found = missing.all().map(({ fingerprint, pem }) => ({ fingerprint, thumbprint: readKeyThumbprint(pem) }))
  const readable = found.filter(({ thumbprint }) => thumbprint !== null)
  if (readable.length === 0) return
  sqlite.transaction(() => {
    for (const { fingerprint, thumbprint } of readable) fill.run(thumbprint, fingerprint)
  })()
}
