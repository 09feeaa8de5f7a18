import { read } from '../../language.ts'
import { IdLink } from '../../parts/id-link.tsx'
import type { BanAnswer } from './session-answers.ts'
import { SESSIONS_TEXT } from './sessions-text.ts'

/** Whose a session or a ban is. */
export function SessionHolder({ identity: { kind, id } }: Pick<BanAnswer, 'identity'>) {
  const words = read(SESSIONS_TEXT)
  if (kind === 'anonymous') return <>{words.kinds.anonymous}</>
  return (
    <>
      {words.kinds[kind]} <IdLink section={`${kind}s`} id={id} />
    </>
  )
}
