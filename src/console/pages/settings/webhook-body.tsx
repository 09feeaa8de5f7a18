import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useMaking } from '../../hub/making.ts'
import { read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Fact } from '../../parts/fact.tsx'
import { Failure } from '../../parts/failure.tsx'
import type { WebhookAnswer } from './settings-answers.ts'
import { SETTINGS_TEXT } from './settings-text.ts'
import { WebhookBodyFields } from './webhook-body-fields.tsx'
import { bodyFieldsOf } from './webhook-form.ts'

export interface WebhookBodyProps {
  readonly webhook: WebhookAnswer
  /** Something about it has changed. */
  readonly onDone: () => void
}

/** What is sent by a webhook that is there: written anew or taken away, never shown, for there may be tokens in it. */
export function WebhookBody({ webhook, onDone }: WebhookBodyProps) {
  const { api } = useHub()
  const words = read(SETTINGS_TEXT)
  const { id, target, headerNames, hasTemplate, format } = webhook
  const change = async (changes: unknown): Promise<WebhookAnswer> => {
    const changed = await api.send<WebhookAnswer>('PATCH', path('api/webhooks', id), changes)
    onDone()
    return changed
  }
  const take = (changes: unknown) => async (): Promise<undefined> => {
    await change(changes)
  }
  const empty = { headers: '', format, template: '' }
  const making = useMaking(empty, (wish) => change(bodyFieldsOf(wish, words.headerWrong, words.templateWrong)))
  return (
    <>
      <dl class="facts">
        <Fact name={words.target}>{target}</Fact>
        <Fact name={words.headers}>{headerNames.length === 0 ? words.noHeaders : headerNames.join(', ')}</Fact>
        <Fact name={words.template}>{hasTemplate ? words.hasTemplate : words.noTemplate}</Fact>
        <Fact name={words.format}>{words.formats[format]}</Fact>
      </dl>
      <form onSubmit={making.submit}>
        {making.problem && <Failure problem={making.problem} />}
        <p class="quiet">{words.bodyHint}</p>
        <WebhookBodyFields wish={making.wish} onChange={making.change} />
        <div class="row">
          <button type="submit" class="main" disabled={making.isBusy}>
            {words.saveBody}
          </button>
          <ActionButton
            label={words.takeHeaders}
            isOffered={headerNames.length > 0}
            consequence={words.takeHeadersTells}
            act={take({ headers: {} })}
          />
          <ActionButton
            label={words.takeTemplate}
            isOffered={hasTemplate}
            consequence={words.takeTemplateTells}
            act={take({ template: null })}
          />
          <span role="status">{making.made && words.bodySaved}</span>
        </div>
      </form>
    </>
  )
}
