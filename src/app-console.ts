import type { shapeNewSignInLink } from './api/resources/console-session.ts'
import { type AuthMode, isLoginEnough } from './registry/auth-mode.ts'
import type { ConsoleAccess } from './registry/console/console-access.ts'

/** Who is signed in to the console; the end of a session ends at once what is still sent by it. */
export function endStreamsWithSessions(
  { signIns, consoleSessions }: ConsoleAccess,
  endForwarding: () => void,
): ConsoleAccess {
  return {
    signIns: {
      ...signIns,
      open(...signIn) {
        signIns.open(...signIn)
        endForwarding()
      },
    },
    consoleSessions: {
      ...consoleSessions,
      end(id) {
        consoleSessions.end(id)
        endForwarding()
      },
    },
  }
}

type NewSignInLink = ReturnType<typeof shapeNewSignInLink>

/** Where the first administrator of a new hub signs in; none where the mode lets nobody in by a link alone. */
export async function createSetUpLink(
  ask: (request: Request) => Promise<Response>,
  mode: AuthMode,
): Promise<string | undefined> {
  if (!isLoginEnough(mode)) return undefined
  const answer = await ask(new Request('https://localhost/api/sign-in-links', { method: 'POST' }))
  if (!answer.ok) return undefined
  const { link }: NewSignInLink = JSON.parse(await answer.text())
  return link
}
