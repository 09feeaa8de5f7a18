import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { RefusalCause } from '../refusal.ts'
import type { Identity } from '../registry/identity.ts'
import type { FlappingBans } from './flapping.ts'

/** The ban that keeps somebody from connecting under this client id; none for who may. */
export type BanOf = (identity: Identity, clientId: string) => HoldingBan | undefined

export interface HoldingBan {
  readonly cause: Extract<RefusalCause, 'banned' | 'flapping'>
  readonly until: Date
}

type Holder = Pick<Identity, 'kind' | 'id'>

/** A whole identity, or one client id of an identity that many clients share. */
export interface BanSubject {
  readonly holder: Holder
  readonly clientId?: string
}

export interface Ban extends HoldingBan, BanSubject {
  /** `device:ID`, `service:NAME`, or `client:CLIENT_ID`. */
  readonly id: string
  readonly since: Date
}

/**
 * Who may not connect for a while, by an administrator's word or by flapping. In memory alone: what is to outlast the
 * process is a suspension.
 */
export class Bans {
  readonly #flapping: FlappingBans
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #given = new Map<string, Ban>()

  constructor(flapping: FlappingBans, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#flapping = flapping
    this.#clock = clock
    this.#logger = logger
  }

  /** Takes the place of every ban that this subject has. */
  give(subject: BanSubject, seconds: number): void {
    this.#forgetOver()
    if (subject.clientId === undefined) this.#flapping.lift(subject.holder)
    const since = this.#clock()
    const id = idOf(subject)
    this.#given.set(id, { ...subject, id, cause: 'banned', since, until: new Date(since.getTime() + seconds * 1000) })
  }

  /** The administrator's word alone. */
  givenTo(holder: Holder, clientId: string): HoldingBan | undefined {
    if (this.#given.size === 0) return undefined
    const found = this.#given.get(idOf({ holder })) ?? this.#given.get(idOf({ holder, clientId }))
    return found && found.until > this.#clock() ? found : undefined
  }

  /** Those that hold now. */
  list(): readonly Ban[] {
    this.#forgetOver()
    const flapping = this.#flapping
      .list()
      .map((ban): Ban => ({ id: idOf(ban), holder: ban.holder, cause: 'flapping', since: ban.since, until: ban.until }))
    return [...this.#given.values(), ...flapping]
  }

  /** Throws `ban_not_found`. */
  lift(id: string): void {
    const ban = this.list().find((one) => one.id === id)
    if (!ban) throw new DomainError('ban_not_found', `No ban is called ${id}: signet ban list shows those that hold`)
    this.#given.delete(id)
    if (ban.cause === 'flapping') this.#flapping.lift(ban.holder)
    this.#logger.info({ component: 'broker', ban: id, cause: ban.cause }, 'An administrator lifted a ban')
  }

  /** Whoever gets this id next begins anew. */
  forget({ kind, id }: Holder): void {
    this.#flapping.lift({ kind, id })
    for (const ban of this.#given.values())
      if (ban.holder.kind === kind && ban.holder.id === id) this.#given.delete(ban.id)
  }

  #forgetOver(): void {
    const now = this.#clock()
    for (const { id, until } of this.#given.values()) if (until <= now) this.#given.delete(id)
  }
}

function idOf({ holder, clientId }: BanSubject): string {
  return clientId === undefined ? `${holder.kind}:${holder.id}` : `client:${clientId}`
}
