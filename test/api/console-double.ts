import type { ApiDependencies } from '../../src/api/dependencies.ts'
import { DomainError } from '../../src/errors.ts'
import type { Role } from '../../src/registry/api-token.ts'
import type { LiveConsoleSession } from '../../src/registry/console/console-session.ts'
import type { SignIn } from '../../src/registry/console/sign-ins.ts'

const ROLES: readonly Role[] = ['admin', 'operator', 'auditor', 'validator']

/**
 * A console where the secret of a link and that of a session are the role that they give; it writes down what it is asked.
 */
export function createConsoleDouble(now: Date) {
  const consoleCalls: unknown[][] = []
  const noted = <Result>(result: Result, ...call: unknown[]): Result => {
    consoleCalls.push(call)
    return result
  }
  const sessionOf = (role: Role): LiveConsoleSession => ({
    id: `session-of-${role}`,
    name: `the ${role}`,
    role,
    via: 'link',
    tokenId: undefined,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: now,
  })
  const find = (secret: string): LiveConsoleSession | undefined => {
    const role = ROLES.find((name) => name === secret)
    return role && sessionOf(role)
  }
  const recognise = (secret: string): SignIn => {
    const session = find(secret)
    if (!session) throw new DomainError('sign_in_link_not_found', 'This link is not known here')
    const by = { id: 'l1', name: session.name }
    return { session, by, secret: { id: session.id, token: secret, secretHash: Buffer.from('never shown') } }
  }
  const ports: Pick<ApiDependencies, 'signIns' | 'consoleSessions'> = {
    signIns: {
      createLink({ name, role }) {
        const [secretHash, usedAt] = [Buffer.from('never shown'), undefined]
        const link = { id: 'l1', name, role, secretHash, createdAt: now, expiresAt: now, usedAt }
        return noted({ link, secret: 'good' }, 'signIns.createLink', name, role)
      },
      recognise: (shown) => recognise('link' in shown ? shown.link : shown.token),
      open: ({ session }, former) => noted(undefined, 'signIns.open', session.id, former?.id),
    },
    consoleSessions: {
      find,
      list: () => ROLES.map(sessionOf),
      end(id) {
        if (!id.startsWith('session-of-')) throw new DomainError('session_not_found', 'Nobody is signed in by it')
        noted(undefined, 'consoleSessions.end', id)
      },
    },
  }
  return { ports, consoleCalls }
}
