import { read } from '../../language.ts'
import { formatRoute } from '../../route.ts'
import type { BanAnswer } from './session-answers.ts'
import { SESSIONS_TEXT } from './sessions-text.ts'

/** Whose a session or a ban is. */
export function SessionHolder({ identity: { kind, id } }: Pick<BanAnswer, 'identity'>) {
  const words = read(SESSIONS_TEXT)
  if (kind === 'anonymous') return <>{words.kinds.anonymous}</>
  return (
    <>
      {words.kinds[kind]} <a href={formatRoute([`${kind}s`, id])}>{id}</a>
    </>
  )
}
