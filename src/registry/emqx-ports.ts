import type { Cutter } from './ports.ts'

/** One who cuts elsewhere, and knows nothing of our bans. */
export type RemoteCutter = Omit<Cutter, 'liftBan'>

/** A client as EMQX lists it. */
export interface EmqxClient {
  readonly clientId: string
  /** Whether it is there now: EMQX also lists those whose session it keeps. */
  readonly isConnected: boolean
  readonly connectedAt: Date | undefined
}

/** The clients of an EMQX that stands beside us, through its REST API; each call rejects when it is not answered as documented. */
export interface EmqxClients {
  /** Those whose client id holds this text. */
  listLike(part: string): Promise<readonly EmqxClient[]>
  listOfUsername(username: string): Promise<readonly EmqxClient[]>
  /** Ends connection and session; a client that is not there is no failure. */
  disconnect(clientId: string): Promise<void>
}
