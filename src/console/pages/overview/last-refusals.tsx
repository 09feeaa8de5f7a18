import { tellCause, tellMend } from '../../codes/refusal-words.ts'
import type { RefusalAnswer } from '../../hub/answers.ts'
import { read } from '../../language.ts'
import { Moment } from '../../parts/moment.tsx'
import { Owner } from '../../parts/owner.tsx'
import { formatRoute } from '../../route.ts'
import { OVERVIEW_TEXT } from './overview-text.ts'

/** Who was turned away lately, why, and what mends it. */
export function LastRefusals({ refusals }: { readonly refusals: readonly RefusalAnswer[] }) {
  const words = read(OVERVIEW_TEXT)
  if (refusals.length === 0) return <p class="quiet">{words.noRefusals}</p>
  return (
    <>
      {refusals.map(({ at, address, surface, cause, mend, presented }) => (
        <div key={`${at} ${address} ${cause}`} class="note warn">
          <p>
            <strong title={cause}>{tellCause(cause)}</strong> <Owner identity={presented?.['identity']} />{' '}
            <small>{surface}</small> <code>{address}</code>{' '}
            <small>
              <Moment at={at} />
            </small>
          </p>
          <p>{tellMend({ cause, mend })}</p>
        </div>
      ))}
      <a href={formatRoute(['activity'])}>{words.allRefusals}</a>
    </>
  )
}
