import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import type { WebhookAnswer, WebhookOutcomeAnswer } from './settings-answers.ts'
import { SETTINGS_TEXT } from './settings-text.ts'

export interface WebhookActionsProps {
  readonly webhook: WebhookAnswer
  /** Something about it has changed. */
  readonly onDone: () => void
}

/** Try it, pause it, remove it. */
export function WebhookActions({ webhook, onDone }: WebhookActionsProps) {
  const { api } = useHub()
  const words = read(SETTINGS_TEXT)
  const { id, state, target } = webhook
  const address = path('api/webhooks', id)
  const test = async (): Promise<string> => {
    const { delivered, status, error } = await api.send<WebhookOutcomeAnswer>('POST', `${address}/test`)
    return delivered ? words.testTaken(String(status)) : words.testFailed(String(error))
  }
  const change = async (next: WebhookAnswer['state']): Promise<undefined> => {
    await api.send('PATCH', address, { state: next })
    onDone()
  }
  const remove = async (): Promise<undefined> => {
    await api.send('DELETE', address)
    onDone()
  }
  return (
    <span class="row">
      <ActionButton label={words.test} act={test} />
      {state === 'active' ? (
        <ActionButton label={words.pause} consequence={words.pauseTells(target)} act={() => change('paused')} />
      ) : (
        <ActionButton label={words.resume} act={() => change('active')} />
      )}
      <ActionButton label={words.remove} tone="danger" consequence={words.removeTells(target)} act={remove} />
    </span>
  )
}
