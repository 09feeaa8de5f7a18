import { cutMiddle, formatOctets } from '../../format.ts'
import { counted, formatNumber, read } from '../../language.ts'
import { Fact } from '../../parts/fact.tsx'
import { Moment } from '../../parts/moment.tsx'
import { formatRoute } from '../../route.ts'
import type { SessionAnswer } from './session-answers.ts'
import { SessionHolder } from './session-holder.tsx'
import { SessionState } from './session-table.tsx'
import { SESSIONS_TEXT } from './sessions-text.ts'

export function SessionFacts({ session }: { readonly session: SessionAnswer }) {
  const words = read(SESSIONS_TEXT)
  const { identity, messages, queued, inFlight, cleanSession, expiresAt } = session
  return (
    <dl class="facts">
      <Fact name={words.state}>
        <SessionState session={session} />
      </Fact>
      <Fact name={words.identity}>
        <SessionHolder identity={identity} />
      </Fact>
      {session.connected && <ConnectionFacts session={session} />}
      <Fact name={words.cleanSession}>{cleanSession ? words.keptWhileConnected : words.keptAfterwards}</Fact>
      {!session.connected && <Fact name={words.expires}>{expiresAt ? <Moment at={expiresAt} /> : words.never}</Fact>}
      <Fact name={words.queue}>
        {counted(queued.messages, words.messageCount)}, {formatOctets(queued.bytes)}
      </Fact>
      <Fact name={words.inFlight}>{formatNumber(inFlight)}</Fact>
      <Fact name={words.messages}>
        {counted(messages.received, words.received)}, {counted(messages.sent, words.sent)}
      </Fact>
    </dl>
  )
}

/** What only a session with a connection has. */
function ConnectionFacts({ session }: { readonly session: SessionAnswer }) {
  const words = read(SESSIONS_TEXT)
  const { connectedAt, address, surface, protocolVersion, keepAlive, tls, fingerprint, willTopic } = session
  return (
    <>
      <Fact name={words.since}>{connectedAt && <Moment at={connectedAt} />}</Fact>
      <Fact name={words.address}>{address}</Fact>
      <Fact name={words.surface}>{surface}</Fact>
      <Fact name={words.protocol}>{words.protocols[protocolVersion === 3 ? 3 : 4]}</Fact>
      <Fact name={words.keepAlive}>{keepAlive ? words.seconds(formatNumber(keepAlive)) : words.keepAliveOff}</Fact>
      <Fact name={words.tls}>{tls ? `${tls.version}, ${tls.cipher}` : words.noTls}</Fact>
      <Fact name={words.fingerprint}>
        {fingerprint ? <ShownCertificate fingerprint={fingerprint} /> : words.noCertificate}
      </Fact>
      <Fact name={words.will}>{willTopic ? <code>{willTopic}</code> : words.noWill}</Fact>
    </>
  )
}

function ShownCertificate({ fingerprint }: { readonly fingerprint: string }) {
  return (
    <a href={formatRoute(['certificates', fingerprint])} title={fingerprint}>
      <code>{cutMiddle(fingerprint, 24)}</code>
    </a>
  )
}
