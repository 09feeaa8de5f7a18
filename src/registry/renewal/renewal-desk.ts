import { DomainError } from '../../errors.ts'
import { describeCertificate, type Peer } from '../../peer-identity.ts'
import { denialOf, type Presented, REFUSAL_MENDS, type RefusalCause } from '../../refusal.ts'
import type { Identity } from '../identity.ts'
import type { Renewals, Renewed } from '../renewals.ts'
import { parseRenewalMessage, type RenewalMessage } from './renewal-message.ts'
import { isRequestTopic, topicsOf } from './renewal-topics.ts'

/** A message that asks for a certificate, and the connection it came through. */
export interface RenewalCall {
  readonly topicName: string
  readonly payload: Buffer
  readonly identity: Identity
  readonly peer: Peer
  readonly refuse: (cause: RefusalCause, presented: Presented) => void
}

/** Where devices that speak MQTT alone renew their certificates. */
export interface RenewalDesk {
  /** Answers on the device's own topic, unless somebody asks for another; rejects when the answer could not be kept. */
  take(call: RenewalCall): Promise<void>
}

export interface RenewalDeskOptions {
  readonly renewals: Pick<Renewals, 'admit' | 'renew'>
  /** At QoS 1, not retained. */
  readonly publish: (topicName: string, payload: Buffer) => Promise<void>
  /** Told of what is no refusal but our own failure. */
  readonly onFailure: (error: unknown, deviceId: string) => void
}

interface Refused {
  readonly error: { readonly code: string; readonly message: string }
}

type Answer = Readonly<Record<'clientCert' | 'caCert' | 'fingerprint' | 'notAfter', string>> | Refused

export function createRenewalDesk({ renewals, publish, onFailure }: RenewalDeskOptions): RenewalDesk {
  const busy = new Set<string>()
  return {
    async take(call) {
      const topics = topicsOf(call.identity)
      if (call.topicName !== topics?.request) return refuseOther(call)
      const message = readMessage(call)
      const outcome = 'error' in message ? message : { ...idOf(message), ...(await serve(call, message.request)) }
      await publish(topics.response, Buffer.from(JSON.stringify(outcome)))
    },
  }

  async function serve(call: RenewalCall, request: Uint8Array): Promise<Answer> {
    const { id: deviceId } = call.identity
    if (busy.has(deviceId)) return describe(inProgress(deviceId))
    busy.add(deviceId)
    try {
      return await renew(call, request)
    } catch (error) {
      return tell(error, call)
    } finally {
      busy.delete(deviceId)
    }
  }

  function readMessage(call: RenewalCall): RenewalMessage | Refused {
    try {
      return parseRenewalMessage(call.payload)
    } catch (error) {
      return tell(error, call)
    }
  }

  async function renew({ identity, peer, refuse }: RenewalCall, request: Uint8Array): Promise<Answer> {
    const admission = renewals.admit(peer)
    if (!admission.admitted) return refuseAs(admission.cause, admission.presented)
    // In the mode `token` nobody has looked at the certificate before.
    if (admission.identity.id !== identity.id) return refuseAs('credentials_differ', describePeer(peer))
    // Without a request the hub would have to make the key, and no key travels over MQTT.
    if (request.length === 0) throw new DomainError('csr_invalid', 'The message holds no certificate request')
    return shapeRenewed(await renewals.renew(peer, request))

    function refuseAs(cause: RefusalCause, presented: Presented): Refused {
      refuse(cause, { identity: `device:${identity.id}`, ...presented })
      return describe(new DomainError('unauthorized', REFUSAL_MENDS[cause]))
    }
  }

  function tell(error: unknown, { identity, peer, refuse }: RenewalCall): Refused {
    const cause = denialOf(error)
    if (cause) refuse(cause, { identity: `device:${identity.id}`, ...describePeer(peer), ...keyOwnerIn(error) })
    if (error instanceof DomainError) return describe(error)
    onFailure(error, identity.id)
    return describe(new DomainError('internal_error', 'The hub failed: its log says why'))
  }
}

/** Of a key that is another certificate's. */
function keyOwnerIn(error: unknown): { readonly keyOf?: string } {
  const keyOf = error instanceof DomainError ? error.details['keyOf'] : undefined
  return keyOf === undefined ? {} : { keyOf }
}

/** Not answered: the topic of the answer is another's. */
function refuseOther({ topicName, identity: { kind, id }, refuse }: RenewalCall): void {
  if (isRequestTopic(topicName)) refuse('renewal_for_another', { identity: `${kind}:${id}`, topic: topicName })
}

function idOf({ id }: RenewalMessage): Pick<Partial<RenewalMessage>, 'id'> {
  return id === undefined ? {} : { id }
}

function inProgress(deviceId: string): DomainError {
  return new DomainError('renewal_in_progress', `A request of device ${deviceId} is being answered: wait for that`)
}

function describe({ code, message }: DomainError): Refused {
  return { error: { code, message } }
}

function describePeer({ certificate }: Peer): Presented {
  return certificate ? describeCertificate(certificate) : {}
}

function shapeRenewed({ certificate, caCertificatePem }: Renewed): Answer {
  return {
    clientCert: certificate.pem,
    caCert: caCertificatePem,
    fingerprint: certificate.fingerprint,
    notAfter: certificate.notAfter.toISOString(),
  }
}
