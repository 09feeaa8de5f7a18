import type { Clock } from '../clock.ts'
import type { ClientIds } from './client-id.ts'
import type { EmqxClient, EmqxClients, RemoteCutter } from './emqx-ports.ts'
import type { Identity } from './identity.ts'
import type { CertificateStore, DeviceStore } from './ports.ts'

export interface EmqxCutterOptions {
  readonly clients: EmqxClients
  readonly devices: Pick<DeviceStore, 'find'>
  readonly certificates: Pick<CertificateStore, 'findByFingerprint'>
  readonly clientIds: Pick<ClientIds, 'holderOf'>
  /** Told once EMQX has not done it after the last attempt. */
  readonly onFailure: (kind: Identity['kind'], id: string, error: unknown) => void
  /** Resolves after so many milliseconds; rejects once the hub ends. */
  readonly elapse: (milliseconds: number) => Promise<void>
  readonly clock: Clock
}

/** Pauses before each further attempt, in milliseconds. */
const PAUSES = [250, 1_000, 4_000, 15_000]
// A revocation that EMQX does not confirm by then is answered; the attempts go on.
const ANSWER_WITHIN_MS = 2_000

/** Disconnects from EMQX whom the hub cuts; its promises never reject, and resolve within two seconds. */
export function createEmqxCutter(options: EmqxCutterOptions): RemoteCutter {
  const { clients, devices, certificates, clientIds, onFailure, elapse, clock } = options

  return {
    async cutCredentials(names) {
      // EMQX knows certificates alone: what is no fingerprint let nobody in there.
      const revoked = names.flatMap((name) => certificates.findByFingerprint(name) ?? [])
      const now = clock()
      const ends = revoked.flatMap(({ kind, subjectId, revocationReason }) => {
        if (kind !== 'device' && kind !== 'service') return []
        // A rotation: the connection that completes it is younger, and stays.
        const isMeant = revocationReason === 'superseded' ? isOlderThan(now) : isConnected
        return [end(kind, subjectId, recordedFor(kind, subjectId), isMeant)]
      })
      await Promise.all(ends)
    },
    cutIdentity: (kind, id, _reason, recorded) => end(kind, id, recorded, isConnected),
    // A later device of this id inherits nothing: what EMQX keeps for it goes too.
    forgetIdentity: (kind, id, _userId, recorded) => end(kind, id, recorded, () => true),
  }

  function end(kind: Identity['kind'], id: string, recorded: readonly string[], isMeant: Choice): Promise<void> {
    const done = persist(() => disconnectAll(kind, id, recorded, isMeant)).catch((error) => onFailure(kind, id, error))
    const late = elapse(ANSWER_WITHIN_MS).catch(() => undefined)
    return Promise.race([done, late])
  }

  async function persist(work: () => Promise<void>): Promise<void> {
    for (const pause of PAUSES) {
      try {
        return await work()
      } catch {
        // The last attempt is the one whose failure is told.
        await elapse(pause)
      }
    }
    return work()
  }

  async function disconnectAll(kind: Identity['kind'], id: string, recorded: readonly string[], isMeant: Choice) {
    const lists = [id, ...recorded].map((own) => clients.listLike(own))
    const listed = (await Promise.all(lists)).flat().filter(({ clientId }) => isOwn(clientId))
    const named = kind === 'service' ? await clients.listOfUsername(id) : []
    const ended = [...listed, ...named].filter(isMeant).map(({ clientId }) => clientId)
    await Promise.all([...new Set(ended)].map((clientId) => clients.disconnect(clientId)))

    function isOwn(clientId: string): boolean {
      if (clientId === id || recorded.includes(clientId)) return true
      // The identity may be gone by now; a suffix is its own unless somebody else's id stands before it.
      return clientId.startsWith(`${id}:`) && (clientIds.holderOf(clientId) ?? id) === id
    }
  }

  function recordedFor(kind: Identity['kind'], id: string): readonly string[] {
    const device = kind === 'device' ? devices.find(id) : undefined
    return device?.id === id ? device.clientIds : []
  }
}

type Choice = (client: EmqxClient) => boolean

function isConnected(client: EmqxClient): boolean {
  return client.isConnected
}

function isOlderThan(moment: Date): Choice {
  return (client) => client.isConnected && client.connectedAt !== undefined && client.connectedAt < moment
}
