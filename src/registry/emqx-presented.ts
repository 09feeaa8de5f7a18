import type { Presented, PresentedName } from '../refusal.ts'

/** What EMQX says of a client, by the names that refusals have for it; EMQX sends what it does not know as empty. */
export function describeEmqxClient(said: {
  readonly clientid?: string
  readonly username?: string
  readonly cert_subject?: string
  readonly cert_common_name?: string
  readonly topic?: string
}): Presented {
  const { clientid: clientId, username: userName, cert_subject: subject, cert_common_name: commonName, topic } = said
  const known = { clientId, userName, subject, commonName, topic } satisfies {
    readonly [Name in PresentedName]?: string | undefined
  }
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value))
}
