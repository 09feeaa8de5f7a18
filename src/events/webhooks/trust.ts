import { createSecureContext, type SecureContext } from 'node:tls'

export interface TrustOptions {
  /** PEM, one certificate each; the same for as long as the process runs, and asked for once. */
  readonly roots: () => readonly string[]
  /** Another one after a rotation. */
  readonly ownCa: () => string
}

/** What the certificates of targets are verified with. Made anew only for another CA: OpenSSL reads a root in 0.1 ms, and there are hundreds. */
export function createTrust({ roots, ownCa }: TrustOptions): () => SecureContext {
  let everybodys: ReadonlySet<string> | undefined
  let made: { readonly ca: string; readonly context: SecureContext } | undefined
  return () => {
    const ca = ownCa()
    if (made?.ca === ca) return made.context
    // Those of Node and of the machine are for the most part the same.
    everybodys ??= new Set(roots())
    made = { ca, context: createSecureContext({ ca: [...everybodys, ca] }) }
    return made.context
  }
}
