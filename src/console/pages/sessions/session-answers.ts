import type { shapeBan } from '../../../api/resources/ban.ts'
import type { shapeSession } from '../../../api/resources/session.ts'

export type SessionAnswer = ReturnType<typeof shapeSession>
export type BanAnswer = ReturnType<typeof shapeBan>

/** A session in the list: one that ended meanwhile stays where it is read. */
export type SessionRow = SessionAnswer & { readonly hasEnded?: true }
