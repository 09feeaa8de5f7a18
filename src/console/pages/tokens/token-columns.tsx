import { read } from '../../language.ts'
import { Badge } from '../../parts/badge.tsx'
import { Moment, now } from '../../parts/moment.tsx'
import type { Column } from '../../parts/table.tsx'
import { TOKEN_TEXT } from './token-text.ts'

interface TokenTimes {
  readonly expiresAt: string | null
  readonly lastUsedAt: string | null
  readonly revokedAt: string | null
}

/** Whether a token is good, when it was used, and until when it is good. */
export function tokenColumns<Token extends TokenTimes>(): readonly Column<Token>[] {
  const words = read(TOKEN_TEXT)
  return [
    { id: 'state', title: words.state, draw: (token) => <TokenState token={token} /> },
    { id: 'used', title: words.lastUsed, isNamed: true, draw: ({ lastUsedAt }) => momentOr(lastUsedAt, words.notUsed) },
    { id: 'expires', title: words.expires, isNamed: true, draw: ({ expiresAt }) => momentOr(expiresAt, words.endless) },
  ]
}

function TokenState({ token: { revokedAt, expiresAt } }: { readonly token: TokenTimes }) {
  const words = read(TOKEN_TEXT)
  if (revokedAt !== null) return <Badge tone="off">{words.isRevoked}</Badge>
  if (expiresAt !== null && Date.parse(expiresAt) <= now.value.getTime()) {
    return <Badge tone="off">{words.isExpired}</Badge>
  }
  return <Badge tone="good">{words.isValid}</Badge>
}

function momentOr(at: string | null, word: string) {
  return at === null ? word : <Moment at={at} far="days" />
}
