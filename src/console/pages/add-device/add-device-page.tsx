import { useRef, useState } from 'preact/hooks'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useOnChange } from '../../hub/on-change.ts'
import { type Problem, toProblem } from '../../hub/problem.ts'
import { saveFile } from '../../hub/save-file.ts'
import { may } from '../../hub/session.ts'
import { read } from '../../language.ts'
import type { PageProps } from '../../page-table.ts'
import { Failure } from '../../parts/failure.tsx'
import { Page } from '../../parts/page.tsx'
import { ADD_DEVICE_TEXT } from './add-device-text.ts'
import { type DeviceWish, DeviceWishForm } from './device-wish-form.tsx'
import { type Handed, HandedOver } from './handed-over.tsx'

/** From an id to the first connection. */
export function AddDevicePage({ route: { query } }: PageProps) {
  const { api } = useHub()
  const words = read(ADD_DEVICE_TEXT)
  const [handed, setHanded] = useState<Handed>()
  const [problem, setProblem] = useState<Problem>()
  const [isBusy, setBusy] = useState(false)
  const step = useRef<HTMLDivElement>(null)
  // The button that led here is gone, and the focus with it.
  useOnChange(handed, () => step.current?.focus())
  const add = async (wish: DeviceWish): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    try {
      setHanded(await handOver(wish))
    } catch (error) {
      setProblem(toProblem(error))
    }
    setBusy(false)
  }
  if (!may('operate')) return <Page title={words.title} state={words.notYours} />
  return (
    <Page title={words.title} state={words.lead}>
      {problem && <Failure problem={problem} />}
      <div ref={step} class="step" tabIndex={-1}>
        {handed ? (
          <HandedOver handed={handed} onAnother={() => setHanded(undefined)} />
        ) : (
          <DeviceWishForm isBusy={isBusy} userId={query['userId'] ?? ''} onWish={add} />
        )}
      </div>
    </Page>
  )

  async function handOver({ deviceId, userId, way, csr }: DeviceWish): Promise<Handed> {
    const owner = userId === '' ? {} : { userId }
    switch (way) {
      case 'bundle':
        saveFile(await api.download('POST', path('api/devices', deviceId, 'bundle'), owner))
        return { way, deviceId }
      case 'csr': {
        const place = path('api/devices', deviceId, 'certificates', 'csr')
        return {
          way,
          deviceId,
          ...(await api.send<{ clientCert: string; caCert: string }>('POST', place, { csr, ...owner })),
        }
      }
      case 'claim':
        return {
          way,
          deviceId,
          ...(await api.send<{ link: string; qr: string }>('POST', path('api/devices', deviceId, 'claims'), owner)),
        }
    }
  }
}
