import type { ConsoleSession } from './console-session.ts'
import type { SignInLink } from './sign-in-link.ts'

export interface SignInLinkStore {
  find(id: string): SignInLink | undefined
  insert(link: SignInLink): void
  markUsed(id: string, at: Date): void
  /** Those that end before. */
  deleteEnded(before: Date): void
}

export interface ConsoleSessionStore {
  find(id: string): ConsoleSession | undefined
  insert(session: ConsoleSession): void
  markUsed(id: string, at: Date): void
  delete(id: string): void
  list(): readonly ConsoleSession[]
}
