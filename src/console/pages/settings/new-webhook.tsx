import { useHub } from '../../hub/console-hub.ts'
import { useMaking } from '../../hub/making.ts'
import { read } from '../../language.ts'
import { Failure } from '../../parts/failure.tsx'
import { ShownOnce } from '../../parts/shown-once.tsx'
import { TextField } from '../../parts/text-field.tsx'
import type { NewWebhookAnswer } from './settings-answers.ts'
import { SETTINGS_TEXT } from './settings-text.ts'
import { WebhookBodyFields } from './webhook-body-fields.tsx'
import { bodyFieldsOf, type WebhookBodyWish } from './webhook-form.ts'

interface WebhookWish extends WebhookBodyWish {
  readonly name: string
  readonly url: string
  readonly events: string
  readonly topicFilters: string
}

const EMPTY: WebhookWish = {
  name: '',
  url: '',
  events: '*',
  topicFilters: '',
  headers: '',
  format: 'json',
  template: '',
}

/** Where to, and what of; then the secret that its deliveries are signed with, once. */
export function NewWebhook({ onMade }: { readonly onMade: () => void }) {
  const { api } = useHub()
  const words = read(SETTINGS_TEXT)
  const { wish, change, made, problem, isBusy, submit } = useMaking(
    EMPTY,
    async ({ name, url, events, topicFilters, ...body }) => {
      const answer = await api.send<NewWebhookAnswer>('POST', 'api/webhooks', {
        name: name.trim(),
        url: url.trim(),
        events: listOf(events),
        topicFilters: listOf(topicFilters),
        ...bodyFieldsOf(body, words.headerWrong, words.templateWrong),
      })
      onMade()
      return answer
    },
  )
  return (
    <form onSubmit={submit}>
      {problem && <Failure problem={problem} />}
      {made && <ShownOnce lead={words.secretOnce} secret={made.secret} />}
      <div class="columns">
        <TextField label={words.name} value={wish.name} onChange={(name) => change({ name })} />
        <TextField label={words.url} hint={words.urlHint} value={wish.url} onChange={(url) => change({ url })} />
        <TextField
          isOptional
          label={words.eventTypes}
          hint={words.eventTypesHint}
          value={wish.events}
          onChange={(events) => change({ events })}
        />
        <TextField
          isOptional
          label={words.topicFilters}
          hint={words.topicFiltersHint}
          value={wish.topicFilters}
          onChange={(topicFilters) => change({ topicFilters })}
        />
      </div>
      <details class="section">
        <summary>{words.body}</summary>
        <WebhookBodyFields wish={wish} onChange={change} />
      </details>
      <button type="submit" class="main" disabled={isBusy}>
        {words.makeWebhook}
      </button>
    </form>
  )
}

function listOf(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((part) => part !== '')
}
