import { useState } from 'preact/hooks'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { counted, read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { SESSIONS_TEXT } from './sessions-text.ts'

export interface SessionEndProps {
  readonly clientId: string
  /** Told what happened. */
  readonly onEnd: (told: string) => void
}

// As the API: for longer, the device is suspended.
const LONGEST_BAN_MINUTES = 1440

/** Two ways to cut a client off: now, or now and for a while. */
export function SessionEnd({ clientId, onEnd }: SessionEndProps) {
  const { api } = useHub()
  const words = read(SESSIONS_TEXT)
  const [minutes, setMinutes] = useState('5')
  const address = path('api/sessions', clientId)
  const disconnect = async (): Promise<undefined> => {
    await api.send('DELETE', address)
    onEnd(words.hasClosed)
  }
  const ban = async (): Promise<undefined> => {
    await api.send('DELETE', `${address}?${new URLSearchParams({ ban: `${minutes}m` })}`)
    onEnd(counted(Number(minutes), words.banned))
  }
  return (
    <section class="danger-zone" aria-label={words.cutTitle}>
      <div class="row">
        <ActionButton
          label={words.disconnect}
          tone="danger"
          consequence={words.disconnectConsequence}
          act={disconnect}
        />
        <ActionButton
          label={words.ban}
          tone="danger"
          consequence={
            <>
              <p>{words.banConsequence}</p>
              <label class="field">
                <span>{words.minutes}</span>
                <input
                  type="number"
                  min="1"
                  max={LONGEST_BAN_MINUTES}
                  value={minutes}
                  onInput={({ currentTarget }) => setMinutes(currentTarget.value)}
                />
              </label>
            </>
          }
          act={ban}
        />
      </div>
    </section>
  )
}
