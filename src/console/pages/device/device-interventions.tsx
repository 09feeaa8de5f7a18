import type { DeviceAnswer, SessionAnswer } from '../../hub/answers.ts'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { saveFile } from '../../hub/save-file.ts'
import { formatNumber, read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { navigate } from '../../router.ts'
import { DEVICE_TEXT } from './device-text.ts'
import { IMPORTED_PASSWORD_TEXT } from './imported-password-text.ts'

export interface DeviceInterventionsProps {
  readonly device: DeviceAnswer
  readonly live: SessionAnswer | undefined
  /** Something about it has changed. */
  readonly onDone: () => void
}

/** What can be done to it; each says what will happen, asks once, and tells how it went. */
export function DeviceInterventions({ device, live, onDone }: DeviceInterventionsProps) {
  const { api } = useHub()
  const words = read(DEVICE_TEXT)
  const { remove, removeTells, removed } = read(IMPORTED_PASSWORD_TEXT)
  const { deviceId, legacy, state } = device
  const connections = live ? [live] : []
  const change = async (next: 'active' | 'suspended', told: string): Promise<string> => {
    await api.send('PATCH', path('api/devices', deviceId), { state: next })
    onDone()
    return told
  }
  return (
    <section class="danger-zone">
      <h2>{words.danger}</h2>
      <div class="row">
        <ActionButton
          label={words.bundle}
          consequence={words.bundleTells}
          act={async () => {
            saveFile(await api.download('POST', path('api/devices', deviceId, 'bundle'), {}))
            onDone()
            return words.bundleDone
          }}
        />
        <ActionButton
          label={words.askToRenew}
          consequence={words.askToRenewTells}
          act={async () => {
            await api.send('POST', 'api/rotations', { filter: { deviceId } })
            return words.askedToRenew
          }}
        />
        <ActionButton
          label={words.disconnect}
          isOffered={connections.length > 0}
          consequence={words.disconnectTells}
          act={async () => {
            for (const { clientId } of connections) await api.send('DELETE', path('api/sessions', clientId))
            onDone()
            return words.disconnected
          }}
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
        <ActionButton
          label={remove}
          isOffered={legacy !== null}
          consequence={removeTells}
          act={async () => {
            await api.send('DELETE', path('api/devices', deviceId, 'legacy-credential'))
            onDone()
            return removed
          }}
        />
        <ActionButton
          label={words.revoke}
          tone="danger"
          consequence={words.revokeTells}
          act={async () => {
            const start = performance.now()
            const warnings = await api.remove(path('api/devices/certificates', deviceId))
            const taken = Math.ceil(performance.now() - start)
            onDone()
            const done = words.revokeDone(formatNumber(taken))
            return warnings.length === 0 ? done : `${done} ${words.stillIn(warnings.join(', '))}`
          }}
        />
        <ActionButton
          label={words.remove}
          tone="danger"
          consequence={words.removeTells}
          act={async () => {
            await api.send('DELETE', path('api/devices', deviceId))
            navigate(['devices'])
            return undefined
          }}
        />
      </div>
    </section>
  )
}
