import { useEffect, useState } from 'preact/hooks'
import { formatMoment, formatOctets } from '../../format.ts'
import { useHub } from '../../hub/console-hub.ts'
import { isStreamClosed } from '../../hub/event-feed.ts'
import { useHidden } from '../../hub/hidden.ts'
import { counted, read } from '../../language.ts'
import { Chips } from '../../parts/chips.tsx'
import { Copyable } from '../../parts/copy.tsx'
import { useFreshRows } from '../../parts/fresh-rows.ts'
import { Section } from '../../parts/page.tsx'
import { PART_TEXT } from '../../parts/part-text.ts'
import { DEVICE_TEXT } from './device-text.ts'

const KEPT = 200

/** As GET /api/messages tells it. */
interface PassedMessage {
  readonly at: string
  readonly topicName: string
  readonly qos: number
  readonly encoding: 'plain' | 'base64'
  readonly payload: string
  /** Of the whole payload. */
  readonly bytes: number
  readonly truncated: boolean
}

/** What the device sends, while one looks; nothing of it is kept. */
export function MessageTail({ id }: { readonly id: string }) {
  const { openStream } = useHub()
  const words = read(DEVICE_TEXT)
  const { rows, waiting, isFollowed, add, show, follow } = useFreshRows<PassedMessage>(KEPT)
  const [lost, setLost] = useState(0)
  const [isEnded, setEnded] = useState(false)
  // A browser has six connections to one hub, for all its tabs.
  const isHidden = useHidden()
  useEffect(() => {
    if (isEnded || isHidden) return
    const stream = openStream(`api/messages?${new URLSearchParams({ deviceId: id })}`)
    stream.addEventListener('message', ({ data }) => add(JSON.parse(data)))
    stream.addEventListener('lost', ({ data }) => setLost((before) => before + JSON.parse(data).count))
    stream.addEventListener('error', () => setEnded(isStreamClosed(stream)))
    return () => stream.close()
  }, [openStream, id, isEnded, isHidden])
  return (
    <Section
      title={words.tail}
      actions={
        <>
          {waiting > 0 && (
            <button type="button" onClick={show}>
              {words.showNew}: {counted(waiting, read(PART_TEXT).fresh)}
            </button>
          )}
          <Chips
            label={words.tail}
            choices={[{ value: 'follow', label: words.follow }]}
            chosen={isFollowed ? 'follow' : undefined}
            onChoose={(chosen) => follow(chosen !== undefined)}
          />
        </>
      }
    >
      <div aria-live="polite">
        {isEnded && (
          <div class="note bad">
            <p>{words.tailEnded}</p>
            <button type="button" onClick={() => setEnded(false)}>
              {read(PART_TEXT).tryAgain}
            </button>
          </div>
        )}
        {!isEnded && rows.length === 0 && waiting === 0 && <p class="quiet">{words.tailWaiting}</p>}
      </div>
      {lost > 0 && <p class="note warn">{counted(lost, words.tailLost)}</p>}
      {rows.map((message, place) => (
        <Passed key={rows.length - place} message={message} />
      ))}
    </Section>
  )
}

function Passed({ message }: { readonly message: PassedMessage }) {
  const words = read(DEVICE_TEXT)
  const { at, topicName, qos, payload, encoding, truncated, bytes } = message
  return (
    <article class="section">
      <p>
        <Copyable text={topicName} length={60} />{' '}
        <small>
          {formatMoment(new Date(at))}, {words.qos} {qos}
          {encoding === 'base64' && `, ${words.binary}`}
          {truncated && `, ${words.cut(formatOctets(bytes))}`}
        </small>
      </p>
      <pre>{payload}</pre>
    </article>
  )
}
