import type { Peer } from '../peer-identity.ts'
import type { Presented, RefusalCause, Surface } from '../refusal.ts'
import type { Admission, Admissions } from './admission.ts'
import { type AuthMode, isStillEnough, type ShownCredentials, weighCredentials } from './auth-mode.ts'
import { earliest, type Grant } from './grant.ts'
import { ANONYMOUS, type Identity } from './identity.ts'
import type { Login } from './login.ts'
import type { GoodLogin, LoginJudgement, Logins } from './logins.ts'

export type ConnectAdmission =
  | ({ readonly admitted: true } & Grant)
  | {
      readonly admitted: false
      readonly cause: RefusalCause
      readonly presented: Presented
      readonly expected?: string
    }
  /** Nothing is decided until the password is compared; then it is asked again, with the login that came of it. */
  | { readonly admitted: undefined; readonly compare: () => Promise<Login> }

/** How somebody came, beside the certificate: without a login as long as no CONNECT was read. */
export interface Arrival {
  readonly surface: Surface
  readonly address: string
  readonly login?: Login | undefined
}

export interface ConnectAdmissions {
  /** Whether this peer is let in now; synchronous, so that admitting and acting on it are one tick. */
  admit(peer: Peer, arrival: Arrival): ConnectAdmission
  /** Who a credential of this name lets in, connected or not; none once it would be refused. */
  identityOf(credential: string): Identity | undefined
  /** Whether what let somebody in then is what is asked for now; that all of it still holds is not asked here. */
  isStillAdmitted(grant: Pick<Grant, 'certificate' | 'credentials'>, surface: Surface): boolean
}

export interface ConnectAdmissionsOptions {
  readonly admissions: Pick<Admissions, 'admit' | 'identityOf'>
  readonly logins: Pick<Logins, 'judge' | 'identityOf'>
  readonly mode: () => AuthMode
}

export function createConnectAdmissions({ admissions, logins, mode }: ConnectAdmissionsOptions): ConnectAdmissions {
  // No certificate can be shown in the clear, whatever is asked of the others.
  const modeOf = (surface: Surface): AuthMode => (surface === 'mqtt' ? 'token' : mode())
  return {
    admit(peer, { surface, address, login }) {
      return decideAdmission(modeOf(surface), {
        certificate: peer.certificate && (() => admissions.admit(peer)),
        login: login && (() => logins.judge(login, address)),
      })
    },
    identityOf: (credential) => admissions.identityOf(credential) ?? logins.identityOf(credential),
    isStillAdmitted({ certificate, credentials }, surface) {
      const login = credentials.some((name) => name !== certificate?.fingerprint)
      return isStillEnough(modeOf(surface), { certificate: certificate !== undefined, login })
    },
  }
}

export type Shown = ShownCredentials<Admission, LoginJudgement>

const MISSING = { certificate: 'certificate_missing', login: 'login_missing' } as const

/** The one decision: a credential that is shown and bad refuses, whatever else is shown. */
export function decideAdmission(mode: AuthMode, shown: Shown): ConnectAdmission {
  const weighed = weighCredentials(mode, shown)
  if ('missing' in weighed) return refuse(MISSING[weighed.missing])
  const { certificate, login } = weighed
  if (certificate?.admitted === false) return certificate
  if (login && 'compare' in login) return { admitted: undefined, ...login }
  if (login && 'cause' in login) return { admitted: false, ...login }
  if (mode === 'https_only') return { admitted: true, identity: ANONYMOUS, credentials: [] }
  return unite(certificate, login)
}

type GoodCertificate = Extract<Admission, { readonly admitted: true }>

function unite(shown: GoodCertificate | undefined, login: GoodLogin | undefined): ConnectAdmission {
  const identity = shown?.identity ?? login?.identity
  if (!identity) return refuse('credential_missing')
  if (login && (login.identity.kind !== identity.kind || login.identity.id !== identity.id)) {
    const presented = { identity: `${identity.kind}:${identity.id}`, userName: login.identity.id }
    return refuse('credentials_differ', presented, `user name and token of ${identity.id}`)
  }
  const endsAt = earliest(shown?.certificate.notAfter, login?.endsAt)
  return {
    admitted: true,
    identity,
    ...(shown ? { certificate: shown.certificate } : {}),
    credentials: [...(shown ? [shown.certificate.fingerprint] : []), ...(login ? [login.credential] : [])],
    ...(endsAt ? { endsAt } : {}),
  }
}

function refuse(cause: RefusalCause, presented: Presented = {}, expected?: string): ConnectAdmission {
  return { admitted: false, cause, presented, ...(expected === undefined ? {} : { expected }) }
}
