import type { Backups } from './app-backup.ts'
import type { RemoteCalls } from './broker/remote-calls.ts'
import type { Send } from './events/webhooks/sender.ts'
import type { Cutter, LeafIssuer } from './registry/ports.ts'
import { inSpan } from './tracing.ts'

/** The same parts, each call of which is a span for whoever has an OpenTelemetry SDK in this process. */

export function traceIssuer<Issuer extends LeafIssuer>(issuer: Issuer): Issuer {
  const issuance = (kind: string, id: string) => ({
    name: 'issue certificate',
    attributes: { 'signet.kind': kind, 'signet.id': id },
  })
  const traced: Pick<LeafIssuer, 'issueDevice' | 'certifyDevice' | 'issueService' | 'issueAdministrator'> = {
    issueDevice: (id, ...rest) => inSpan(issuance('device', id), () => issuer.issueDevice(id, ...rest)),
    certifyDevice: (id, ...rest) => inSpan(issuance('device', id), () => issuer.certifyDevice(id, ...rest)),
    issueService: (id, ...rest) => inSpan(issuance('service', id), () => issuer.issueService(id, ...rest)),
    issueAdministrator: (id, ...rest) =>
      inSpan(issuance('administrator', id), () => issuer.issueAdministrator(id, ...rest)),
  }
  // What is not a call is read from the issuer each time, as it may change.
  return Object.assign(Object.create(issuer), traced)
}

export function traceCutter(cutter: Cutter): Cutter {
  return {
    ...cutter,
    cutCredentials: (names, reason) =>
      inSpan({ name: 'cut credentials', attributes: { 'signet.count': names.length, 'signet.reason': reason } }, () =>
        cutter.cutCredentials(names, reason),
      ),
  }
}

export function traceCalls({ call }: Pick<RemoteCalls, 'call'>): Pick<RemoteCalls, 'call'> {
  return {
    call: (asked) =>
      inSpan(
        {
          name: 'call device',
          kind: 'client',
          attributes: { 'signet.id': asked.deviceId, 'rpc.method': asked.method },
        },
        () => call(asked),
      ),
  }
}

/** Of no request: many may wait for one delivery, and one may be sent long after. */
export function traceSend(send: Send): Send {
  return (webhook, parcel, stop) => {
    const attributes = {
      'signet.webhook': webhook.id,
      'signet.delivery': parcel.id,
      'signet.event': parcel.type,
      'http.request.method': 'POST',
    }
    return inSpan({ name: 'deliver webhook', kind: 'client', attributes, isRoot: true }, async (note) => {
      const outcome = await send(webhook, parcel, stop)
      if (outcome.status !== undefined) note.add({ 'http.response.status_code': outcome.status })
      if (!outcome.delivered) note.fail(outcome.status === undefined ? 'unreachable' : String(outcome.status))
      return outcome
    })
  }
}

/** Until it can be read. */
export function traceBackups(backups: Backups): Backups {
  return {
    ...backups,
    make: (contents, passphrase) =>
      inSpan({ name: 'make backup', attributes: { 'signet.contents': contents } }, () =>
        backups.make(contents, passphrase),
      ),
  }
}
