import type { SessionAnswer } from '../../hub/answers.ts'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { counted, formatNumber, read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { navigate } from '../../router.ts'
import type { ServiceAnswer } from './service-answers.ts'
import { SERVICES_TEXT } from './services-text.ts'

export interface ServiceInterventionsProps {
  readonly service: ServiceAnswer
  readonly live: readonly SessionAnswer[]
  /** Something about it has changed. */
  readonly onDone: () => void
}

/** What can be done to it; each says what will happen, asks once, and tells how it went. */
export function ServiceInterventions({ service: { name, state }, live, onDone }: ServiceInterventionsProps) {
  const { api } = useHub()
  const words = read(SERVICES_TEXT)
  const address = path('api/services', name)
  const change = async (next: ServiceAnswer['state'], told: string): Promise<string> => {
    await api.send('PATCH', address, { state: next })
    onDone()
    return told
  }
  const disconnect = async (): Promise<string> => {
    for (const { clientId } of live) await api.send('DELETE', path('api/sessions', clientId))
    onDone()
    return counted(live.length, words.disconnected)
  }
  const revoke = async (): Promise<string> => {
    const start = performance.now()
    await api.send('DELETE', path(address, 'certificates'))
    const taken = Math.ceil(performance.now() - start)
    onDone()
    return words.revokeDone(formatNumber(taken))
  }
  const remove = async (): Promise<undefined> => {
    await api.send('DELETE', address)
    navigate(['services'])
  }
  return (
    <section class="danger-zone">
      <h2>{words.danger}</h2>
      <div class="row">
        <ActionButton
          label={words.disconnect}
          isOffered={live.length > 0}
          consequence={words.disconnectTells}
          act={disconnect}
        />
        <ActionButton
          label={words.suspend}
          isOffered={state === 'active'}
          consequence={words.suspendTells}
          act={() => change('suspended', words.suspended)}
        />
        <ActionButton
          label={words.resume}
          isOffered={state === 'suspended'}
          act={() => change('active', words.resumed)}
        />
        <ActionButton label={words.revoke} tone="danger" consequence={words.revokeTells} act={revoke} />
        <ActionButton label={words.remove} tone="danger" consequence={words.removeTells} act={remove} />
      </div>
    </section>
  )
}
