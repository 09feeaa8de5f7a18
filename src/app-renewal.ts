import { inBackground } from './app-background.ts'
import type { MqttBroker } from './broker/mqtt-broker.ts'
import type { Logger } from './logger.ts'
import type { RecordRefusal } from './refusal.ts'
import type { Registry } from './registry/registry.ts'
import { createRenewalDesk } from './registry/renewal/renewal-desk.ts'
import { REQUEST_ENDING } from './registry/renewal/renewal-topics.ts'

export interface RenewalParts {
  readonly broker: Pick<MqttBroker, 'messages' | 'sessions' | 'publish'>
  readonly registry: Pick<Registry, 'renewals'>
  readonly recordRefusal: RecordRefusal
  readonly logger: Logger
}

/** Gives what devices ask over MQTT to the registry, until the stack is disposed of. */
export function answerRenewals(
  { broker, registry, recordRefusal, logger }: RenewalParts,
  stack: AsyncDisposableStack,
): void {
  const desk = createRenewalDesk({
    renewals: registry.renewals,
    publish: (topic, payload) => broker.publish({ topic, payload, qos: 1, retain: false }),
    onFailure: (err, deviceId) => logger.error({ component: 'registry', err, deviceId }, 'A renewal failed'),
  })
  const watching = broker.messages.subscribe(({ topic: topicName, payload, clientId }) => {
    // Of one client id the connection before, which may still have a last word, is of the same identity.
    const connection = broker.sessions.findByClientId(clientId)
    if (!connection?.session || connection.cutReason !== undefined) return
    const { session, peer, surface, address } = connection
    const refuse: Parameters<typeof desk.take>[0]['refuse'] = (cause, presented) =>
      recordRefusal({ surface, address, cause, presented: { ...presented, clientId } }, session.identity)
    inBackground(desk.take({ topicName, payload, identity: session.identity, peer, refuse }), logger)
  }, REQUEST_ENDING)
  stack.use(watching)
}
