import { useState } from 'preact/hooks'
import { read } from '../../language.ts'
import { ADD_DEVICE_TEXT } from './add-device-text.ts'

const WAYS = ['bundle', 'csr', 'claim'] as const

export interface DeviceWish {
  readonly deviceId: string
  readonly userId: string
  readonly way: (typeof WAYS)[number]
  readonly csr: string
}

export interface DeviceWishFormProps {
  readonly userId: string
  readonly isBusy: boolean
  readonly onWish: (wish: DeviceWish) => void
}

/** Who it is, whose it is, and how it comes by its certificate. */
export function DeviceWishForm({ userId, isBusy, onWish }: DeviceWishFormProps) {
  const words = read(ADD_DEVICE_TEXT)
  const [wish, setWish] = useState<DeviceWish>({ deviceId: '', userId, way: 'bundle', csr: '' })
  const change = (changes: Partial<DeviceWish>): void => setWish({ ...wish, ...changes })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onWish({ ...wish, deviceId: wish.deviceId.trim(), userId: wish.userId.trim() })
      }}
    >
      <label class="field">
        <span>{words.id}</span>
        <input
          required
          maxLength={64}
          autocomplete="off"
          value={wish.deviceId}
          onInput={({ currentTarget }) => change({ deviceId: currentTarget.value })}
        />
        <small>{words.idHint}</small>
      </label>
      <label class="field">
        <span>{words.user}</span>
        <input
          maxLength={64}
          autocomplete="off"
          value={wish.userId}
          onInput={({ currentTarget }) => change({ userId: currentTarget.value })}
        />
        <small>{words.userHint}</small>
      </label>
      <fieldset class="panel section">
        <legend>{words.way}</legend>
        {WAYS.map((way) => (
          <label class="choice" key={way}>
            <input type="radio" name="way" value={way} checked={wish.way === way} onChange={() => change({ way })} />
            <span>
              {words.ways[way]}
              <br />
              <small>{words.wayHints[way]}</small>
            </span>
          </label>
        ))}
      </fieldset>
      {wish.way === 'csr' && (
        <label class="field">
          <span>{words.csr}</span>
          <textarea required value={wish.csr} onInput={({ currentTarget }) => change({ csr: currentTarget.value })} />
        </label>
      )}
      <button type="submit" class="main" disabled={isBusy}>
        {words.go}
      </button>
    </form>
  )
}
