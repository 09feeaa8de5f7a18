import { useState } from 'preact/hooks'
import { formatDay } from '../../format.ts'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import { useLoad } from '../../hub/load.ts'
import { usePaced } from '../../hub/pace.ts'
import { may } from '../../hub/session.ts'
import { counted, read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Answer } from '../../parts/answer.tsx'
import { Badge, type Tone } from '../../parts/badge.tsx'
import { Fact } from '../../parts/fact.tsx'
import { Moment } from '../../parts/moment.tsx'
import type { RotationAnswer, RotationProgressAnswer } from './certificate-answers.ts'
import { RotationMembers } from './rotation-members.tsx'
import { ROTATIONS_TEXT } from './rotations-text.ts'

const EVERY_MS = 15_000
const TONES: Readonly<Record<RotationAnswer['state'], Tone>> = {
  running: 'good',
  paused: 'warn',
  cancelled: 'off',
  finished: 'good',
}

/** One rotation: whom it asks, how far it has come, and the buttons that hold it. */
export function RotationCard({ listed: { id, state } }: { readonly listed: RotationAnswer }) {
  const { api } = useHub()
  const address = path('api/rotations', id)
  const everyMs = state === 'running' || state === 'paused' ? EVERY_MS : undefined
  const rotation = useLoad(() => api.get<RotationProgressAnswer>(address), [api, address], everyMs)
  const follow = usePaced(() => void rotation.reload())
  useEvents(['rotation.changed'], ({ data }) => {
    if (data.id === id) follow()
  })
  return (
    <section class="panel section">
      <Answer of={rotation} lines={2}>
        {(found) => (
          <>
            <RotationFacts rotation={found} />
            {may('operate') && <RotationButtons rotation={found} onChange={() => void rotation.reload()} />}
            <Devices id={id} />
          </>
        )}
      </Answer>
    </section>
  )
}

function RotationFacts({ rotation }: { readonly rotation: RotationProgressAnswer }) {
  const words = read(ROTATIONS_TEXT)
  const { state, perMinute, deadline, createdAt, gathered, progress } = rotation
  const { waiting, told, renewed, connected, late } = progress
  const all = waiting + told + renewed + connected + late
  const states = ['waiting', 'told', 'renewed', 'connected', 'late'] as const
  return (
    <>
      <div class="page-head">
        <h2>{describeFilter(rotation)}</h2>
        <Badge tone={TONES[state]}>{words.states[state]}</Badge>
      </div>
      <progress value={renewed + connected} max={Math.max(1, all)} aria-label={words.states[state]} />
      <p>{states.map((name) => counted(progress[name], words.members[name])).join(', ')}.</p>
      {!gathered && <p class="quiet">{words.gathering}</p>}
      <dl class="facts">
        <Fact name={words.begun}>
          <Moment at={createdAt} />, {counted(perMinute, words.pace)}
        </Fact>
        <Fact name={words.deadline}>{deadline ? <Moment at={deadline} /> : words.noDeadline}</Fact>
      </dl>
    </>
  )
}

function describeFilter({ filter }: RotationAnswer): string {
  const words = read(ROTATIONS_TEXT)
  const { deviceId, userId, expiresBefore, keyAlgorithm, issuedBy } = filter
  const named = [
    deviceId && words.ofDevice(deviceId),
    userId && words.ofUser(userId),
    expiresBefore && words.endingBefore(formatDay(new Date(expiresBefore))),
    keyAlgorithm && words.ofKey(keyAlgorithm),
    issuedBy && words.ofIssuer,
  ].filter(Boolean)
  return named.length === 0 ? words.all : named.join(', ')
}

interface RotationButtonsProps {
  readonly rotation: RotationAnswer
  readonly onChange: () => void
}

function RotationButtons({ rotation: { id, state }, onChange }: RotationButtonsProps) {
  const { api } = useHub()
  const words = read(ROTATIONS_TEXT)
  const set = (verb: 'pause' | 'resume' | 'cancel') => async (): Promise<undefined> => {
    await api.send('POST', path('api/rotations', id, verb))
    onChange()
  }
  if (state !== 'running' && state !== 'paused') return null
  return (
    <div class="row">
      {state === 'running' && <ActionButton label={words.pause} act={set('pause')} />}
      {state === 'paused' && <ActionButton label={words.resume} act={set('resume')} />}
      <ActionButton label={words.cancel} tone="danger" consequence={words.cancelConsequence} act={set('cancel')} />
    </div>
  )
}

/** Asked for only when it is opened. */
function Devices({ id }: { readonly id: string }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{read(ROTATIONS_TEXT).devices}</summary>
      {isOpen && <RotationMembers id={id} />}
    </details>
  )
}
