import { formatOctets } from '../../format.ts'
import type { SessionAnswer } from '../../hub/answers.ts'
import { counted, formatNumber, read } from '../../language.ts'
import { Copyable } from '../../parts/copy.tsx'
import { formatRoute } from '../../route.ts'
import { DEVICE_TEXT } from './device-text.ts'

/** What the broker holds for it: connection, subscriptions, queue. */
export function DeviceSession({ sessions }: { readonly sessions: readonly SessionAnswer[] }) {
  const words = read(DEVICE_TEXT)
  if (sessions.length === 0) return <p class="quiet">{words.noSession}</p>
  return (
    <>
      {sessions.map(({ clientId, address, tls, keepAlive, subscriptions, queued, inFlight }) => (
        <dl class="facts" key={clientId}>
          <dt>{words.clientId}</dt>
          <dd>
            <a href={formatRoute(['sessions', clientId])}>{clientId}</a>
          </dd>
          {address && <dt>{words.address}</dt>}
          {address && <dd>{address}</dd>}
          {tls && <dt>{words.tls}</dt>}
          {tls && (
            <dd>
              {tls.version}, {tls.cipher}
            </dd>
          )}
          {keepAlive !== null && <dt>{words.keepAlive}</dt>}
          {keepAlive !== null && <dd>{words.seconds(formatNumber(keepAlive))}</dd>}
          <dt>{words.queue}</dt>
          <dd>
            {counted(queued.messages, words.messages)}, {formatOctets(queued.bytes)}
          </dd>
          <dt>{words.inFlight}</dt>
          <dd>{formatNumber(inFlight)}</dd>
          <dt>{words.subscriptions}</dt>
          <dd>
            {subscriptions.length === 0 && words.none}
            {subscriptions.map(({ topicFilter, qos }) => (
              <div key={topicFilter}>
                <Copyable text={topicFilter} length={48} />{' '}
                <small>
                  {words.qos} {qos}
                </small>
              </div>
            ))}
          </dd>
        </dl>
      ))}
    </>
  )
}
