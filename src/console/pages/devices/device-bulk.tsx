import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { counted, formatNumber, read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { BulkBar } from '../../parts/bulk-bar.tsx'
import { DEVICES_TEXT } from './devices-text.ts'

export interface DeviceBulkProps {
  readonly ids: readonly string[]
  readonly onClear: () => void
  /** Some of them have changed. */
  readonly onDone: () => void
}

/** What can be done to all marked devices; one after the other, and what failed is counted. */
export function DeviceBulk({ ids, onClear, onDone }: DeviceBulkProps) {
  const { api } = useHub()
  const words = read(DEVICES_TEXT)
  const count = counted(ids.length, words.devices)
  const forAll = (act: (id: string) => Promise<unknown>) => async (): Promise<string> => {
    let done = 0
    for (const id of ids) {
      done += await act(id).then(
        () => 1,
        () => 0,
      )
    }
    onDone()
    return words.doneFor(formatNumber(done), formatNumber(ids.length))
  }
  const revokeAll = async (): Promise<string> => {
    let stillIn = 0
    const done = await forAll(async (id) => {
      const warnings = await api.remove(path('api/devices/certificates', id))
      stillIn += warnings.length > 0 ? 1 : 0
    })()
    return stillIn === 0 ? done : `${done} ${counted(stillIn, words.stillIn)}`
  }
  const change = (state: 'active' | 'suspended') => (id: string) =>
    api.send('PATCH', path('api/devices', id), { state })
  return (
    <BulkBar count={ids.length} onClear={onClear}>
      <ActionButton label={words.suspend} consequence={words.suspendAll(count)} act={forAll(change('suspended'))} />
      <ActionButton label={words.resume} act={forAll(change('active'))} />
      <ActionButton label={words.revoke} tone="danger" consequence={words.revokeAll(count)} act={revokeAll} />
    </BulkBar>
  )
}
