import type { Clock } from '../../clock.ts'
import type { ApiTokens } from '../api-tokens.ts'
import type { Transaction } from '../ports.ts'
import { type ConsoleSessions, createConsoleSessions } from './console-sessions.ts'
import type { ConsoleSessionStore, SignInLinkStore } from './ports.ts'
import { createSignIns, type SignIns } from './sign-ins.ts'

export interface ConsoleStores {
  readonly signInLinks: SignInLinkStore
  readonly consoleSessions: ConsoleSessionStore
}

export interface ConsoleAccess {
  readonly signIns: SignIns
  readonly consoleSessions: ConsoleSessions
}

export interface ConsoleAccessOptions extends ConsoleStores {
  readonly tokens: Pick<ApiTokens, 'authenticate' | 'findActive'>
  readonly transaction: Transaction
  readonly inBackground: (work: Promise<void>) => void
  readonly clock: Clock
}

/** How people sign in to the console, and who is. */
export function createConsoleAccess(options: ConsoleAccessOptions): ConsoleAccess {
  return { signIns: createSignIns(options), consoleSessions: createConsoleSessions(options) }
}
