import { X509Certificate } from 'node:crypto'
import { expect } from 'vitest'
import { at, type ConfObject, fillIn } from './emqx-conf.ts'

export interface EmqxPart {
  connectBody(client: Readonly<Record<string, string>>): Record<string, string>
  authenticate(client: Readonly<Record<string, string>>): Promise<object>
  authorize(action: Readonly<Record<string, string>>): Promise<object>
}

/** What EMQX does with this configuration: it fills in the bodies and asks the hub. */
export function playEmqx(conf: ConfObject): EmqxPart {
  const [authenticator, authorizer] = [at(conf, 'authentication', 0), at(conf, 'authorization', 'sources', 0)]
  const ask = async (call: ConfObject, values: Readonly<Record<string, string>>): Promise<object> => {
    const body = JSON.stringify(fillIn(at(call, 'body'), values))
    const headers = fillIn(at(call, 'headers'), {})
    const answer = await fetch(String(call['url']), { method: String(call['method']), headers, body })
    // To EMQX 204 means yes, and any other status "backend broken".
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    return JSON.parse(await answer.text())
  }
  return {
    connectBody: (client) => fillIn(at(authenticator, 'body'), client),
    authenticate: (client) => ask(authenticator, client),
    authorize: (action) => ask(authorizer, action),
  }
}

/** What EMQX knows of a client that came with this certificate. */
export function client({ id, cert }: { readonly id: string; readonly cert: string }): Record<string, string> {
  const { raw } = new X509Certificate(cert)
  return { clientid: id, cert_common_name: id, cert_subject: `CN=${id}`, cert_pem: raw.toString('base64') }
}
