import { setTimeout as elapse } from 'node:timers/promises'
import { rootCertificates } from 'node:tls'
import { createEmqxManagement } from './api/emqx-management.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { readEmqxApi } from './config-emqx.ts'
import type { EventFeed } from './events.ts'
import { identityFields } from './log-fields.ts'
import type { Logger } from './logger.ts'
import type { ClientIds } from './registry/client-id.ts'
import { createEmqxCutter } from './registry/emqx-cutter.ts'
import type { RemoteCutter } from './registry/emqx-ports.ts'
import type { CertificateStore, Cutter, DeviceStore } from './registry/ports.ts'

export interface EmqxDependencies {
  readonly stores: { readonly devices: DeviceStore; readonly certificates: CertificateStore }
  readonly clientIds: Pick<ClientIds, 'holderOf'>
  readonly caCertificatePem: string
  readonly events: EventFeed
  readonly logger: Logger
  readonly clock: Clock
}

/** The cutter of the hub, and with a configured EMQX one that cuts there as well. */
export function cutAtEmqxToo(
  own: Cutter,
  config: Config,
  stack: AsyncDisposableStack,
  parts: EmqxDependencies,
): Cutter {
  const api = readEmqxApi(config)
  if (!api) return own
  const { stores, clientIds, caCertificatePem, events, logger, clock } = parts
  const clients = stack.use(createEmqxManagement({ ...api, trusted: [...rootCertificates, caCertificatePem] }))
  const end = new AbortController()
  stack.defer(() => end.abort())
  const emqx = createEmqxCutter({
    ...stores,
    clients,
    clientIds,
    clock,
    elapse: (milliseconds) => elapse(milliseconds, undefined, { signal: end.signal, ref: false }),
    onFailure(kind, id, error) {
      logger.error(
        { component: 'emqx', ...identityFields({ kind, id }), err: error },
        'Clients could not be disconnected from EMQX',
      )
      events.publish('emqx.disconnect_failed', { kind, id })
    },
  })
  return joinCutters(own, emqx)
}

/** Both in the same tick. */
function joinCutters(one: Cutter, other: RemoteCutter): Cutter {
  const both = async (...cuts: readonly Promise<void>[]): Promise<void> => void (await Promise.all(cuts))
  return {
    ...one,
    cutCredentials: (...of) => both(one.cutCredentials(...of), other.cutCredentials(...of)),
    cutIdentity: (...of) => both(one.cutIdentity(...of), other.cutIdentity(...of)),
    forgetIdentity: (...of) => both(one.forgetIdentity(...of), other.forgetIdentity(...of)),
  }
}
