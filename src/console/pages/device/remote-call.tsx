import { useState } from 'preact/hooks'
import type { DeviceAnswer } from '../../hub/answers.ts'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { type Problem, ProblemError, toProblem } from '../../hub/problem.ts'
import { read } from '../../language.ts'
import { Failure } from '../../parts/failure.tsx'
import { DEVICE_TEXT } from './device-text.ts'

/** Calls a method of the device and shows what it answers. */
export function RemoteCall({ device }: { readonly device: DeviceAnswer }) {
  const { api } = useHub()
  const words = read(DEVICE_TEXT)
  const [method, setMethod] = useState('')
  const [params, setParams] = useState('{}')
  const [isBusy, setBusy] = useState(false)
  const [answer, setAnswer] = useState<unknown>()
  const [problem, setProblem] = useState<Problem>()
  const call = async (): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    setAnswer(undefined)
    try {
      const body = { method, params: parseParams(params) }
      const place = path('api/users', device.userId, 'devices', device.deviceId, 'rpc')
      setAnswer((await api.send<{ readonly result: unknown }>('POST', place, body)).result)
    } catch (error) {
      setProblem(toProblem(error))
    }
    setBusy(false)
  }
  return (
    <form
      class="section"
      onSubmit={(event) => {
        event.preventDefault()
        void call()
      }}
    >
      <p class="quiet">{words.rpcHint}</p>
      <label class="field">
        <span>{words.method}</span>
        <input required value={method} onInput={({ currentTarget }) => setMethod(currentTarget.value)} />
      </label>
      <label class="field">
        <span>{words.params}</span>
        <textarea value={params} onInput={({ currentTarget }) => setParams(currentTarget.value)} />
      </label>
      <button type="submit" class="main" disabled={isBusy}>
        {words.call}
      </button>
      <div class="section" aria-live="polite">
        {problem && <Failure problem={problem} />}
        {answer !== undefined && (
          <>
            <h3>{words.answer}</h3>
            <pre>{JSON.stringify(answer, null, 2)}</pre>
          </>
        )}
      </div>
    </form>
  )
}

function parseParams(text: string): unknown {
  try {
    return text.trim() === '' ? undefined : JSON.parse(text)
  } catch {
    const { paramsWrong, paramsMend } = read(DEVICE_TEXT)
    throw new ProblemError({ title: paramsWrong, status: 0, detail: paramsMend, code: 'params_invalid' })
  }
}
