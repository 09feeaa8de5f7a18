import type { RecordRefusal, RefusalCause } from '../refusal.ts'
import { isTopicFilter, isTopicName } from '../topic.ts'
import type { Access } from './access.ts'
import type { Admissions } from './admission.ts'
import type { ClientIds } from './client-id.ts'
import { describeEmqxClient } from './emqx-presented.ts'
import { isCutInto } from './emqx-rules.ts'
import type { Identity } from './identity.ts'
import type { PolicyAction } from './policy.ts'
import type { CertificateStore } from './ports.ts'

/** What EMQX's HTTP authoriser sends about a client that it has let in. */
export interface EmqxAction {
  readonly clientid?: string
  readonly username?: string
  readonly cert_common_name?: string
  readonly action: PolicyAction
  readonly topic: string
}

export interface EmqxAuthorization {
  readonly result: 'allow' | 'deny' | 'ignore'
}

export interface EmqxAuthorizer {
  /** EMQX's question about a publish or a subscription, undefined where it could not be read; a refusal is recorded. */
  authorize(action: EmqxAction | undefined, address: string): EmqxAuthorization
}

export interface EmqxAuthorizerOptions {
  readonly admissions: Pick<Admissions, 'identityOf' | 'whyRefused'>
  readonly clientIds: ClientIds
  readonly access: Pick<Access, 'policyOf'>
  readonly certificates: Pick<CertificateStore, 'listOf'>
  readonly recordRefusal: RecordRefusal
}

export function createEmqxAuthorizer(options: EmqxAuthorizerOptions): EmqxAuthorizer {
  const { admissions, clientIds, access, certificates, recordRefusal } = options
  return {
    authorize(action, address) {
      const judgement = action ? judge(action) : { cause: 'emqx_body_invalid' as const }
      if (!judgement) return { result: 'allow' }
      const { cause, identity } = judgement
      const presented = {
        ...describeEmqxClient(action ?? {}),
        ...(identity && { identity: `${identity.kind}:${identity.id}` }),
      }
      recordRefusal({ address, surface: 'emqx', cause, presented })
      return { result: 'deny' }
    },
  }

  function judge({ clientid, cert_common_name: commonName, action, topic }: EmqxAction): Refused | undefined {
    const id = commonName ?? (clientid && clientIds.holderOf(clientid))
    const found = id === undefined ? undefined : findIdentity(id)
    if (!found || !clientid) return { cause: 'emqx_client_unknown' }
    if ('cause' in found) return found
    if (clientIds.claim(found, clientid) === 'refused') return { cause: 'client_id_wrong', identity: found }
    if (action === 'publish') return mayPublish(found, topic) ? undefined : { cause: 'publish_denied', identity: found }
    return maySubscribe(found, topic) ? undefined : { cause: 'subscribe_denied', identity: found }
  }

  /** EMQX keeps clients whose certificate was revoked meanwhile: somebody without a good one is nobody here. */
  function findIdentity(id: string): Identity | Refused | undefined {
    const fingerprints = (['device', 'service'] as const).flatMap((kind) =>
      certificates.listOf(kind, id).map(({ fingerprint }) => fingerprint),
    )
    const good = fingerprints.find((fingerprint) => admissions.whyRefused(fingerprint) === undefined)
    if (good !== undefined) return admissions.identityOf(good)
    const [newest] = fingerprints
    const cause = newest === undefined ? undefined : admissions.whyRefused(newest)
    return cause && { cause }
  }

  function mayPublish(identity: Identity, topic: string): boolean {
    return isTopicName(topic) && access.policyOf(identity).mayPublish(topic)
  }

  function maySubscribe(identity: Identity, topic: string): boolean {
    const topicFilter = withoutGroup(topic)
    const policy = access.policyOf(identity)
    return isTopicFilter(topicFilter) && policy.maySubscribe(topicFilter) && !isCutInto(topicFilter, policy.rules)
  }
}

interface Refused {
  readonly cause: RefusalCause
  readonly identity?: Identity
}

/** The filter of a shared subscription: MQTT 5.0 §4.8.2, and EMQX's `$queue/`. */
function withoutGroup(topic: string): string {
  return topic.replace(/^(?:\$share\/[^/+#]+|\$queue)\//, '')
}
