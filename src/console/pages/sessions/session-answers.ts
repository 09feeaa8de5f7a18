import type { shapeBan } from '../../../api/resources/ban.ts'
import type { shapeOverview } from '../../../api/resources/overview.ts'
import type { shapeSession } from '../../../api/resources/session.ts'

export type SessionAnswer = ReturnType<typeof shapeSession>
export type BanAnswer = ReturnType<typeof shapeBan>
export type OverviewAnswer = ReturnType<typeof shapeOverview>

/** A session in the list: one that ended meanwhile stays where it is read. */
export type SessionRow = SessionAnswer & { readonly hasEnded?: true }
