import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { DomainError } from '../errors.ts'
import type { ApiTokens } from './api-tokens.ts'

export interface AdminTokenOptions {
  readonly path: string
  readonly tokens: Pick<ApiTokens, 'create' | 'list' | 'revoke' | 'authenticate'>
}

const NAME = 'admin-token'
const OWNER_ONLY = 0o600

/**
 * Leaves the first administrator's token in a file of its owner, once: a file that was taken away later stays away.
 * The file is written aside and put in place last, so that a start that was killed in between is made good by the next.
 * True: it stands there since this start.
 */
export function ensureAdminToken({ path, tokens }: AdminTokenOptions): boolean {
  const staged = `${path}.new`
  try {
    const earlier = tokens.list().filter(({ name }) => name === NAME)
    const interrupted = existsSync(staged)
    // A file that no token stands behind is of a database that was lost.
    if (existsSync(path) && earlier.length > 0) {
      rmSync(staged, { force: true })
      return false
    }
    if (interrupted && isGood(staged, tokens)) {
      renameSync(staged, path)
      return true
    }
    if (earlier.length > 0 && !interrupted) return false
    // Nobody ever read what the interrupted start made.
    for (const { id } of earlier) tokens.revoke(id)
    rmSync(staged, { force: true })
    // The file stands before the token is made: it tells the next start that this one came so far.
    writeFileSync(staged, '', { mode: OWNER_ONLY, flag: 'wx' })
    chmodSync(staged, OWNER_ONLY)
    const { token } = tokens.create({ name: NAME, role: 'admin' })
    writeFileSync(staged, `${token}\n`, { flush: true })
    renameSync(staged, path)
    return true
  } catch (error) {
    if (error instanceof DomainError) throw error
    throw new DomainError('file_unreachable', `${path} cannot be written: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

function isGood(staged: string, tokens: Pick<ApiTokens, 'authenticate'>): boolean {
  return tokens.authenticate(readFileSync(staged, 'utf8').trim()) !== undefined
}
