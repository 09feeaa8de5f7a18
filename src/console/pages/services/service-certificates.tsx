import { useState } from 'preact/hooks'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { may } from '../../hub/session.ts'
import { read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Section } from '../../parts/page.tsx'
import { ShownFile } from '../../parts/shown-file.tsx'
import { DeviceCertificates } from '../device/device-certificates.tsx'
import type { ServiceIssuedAnswer } from './service-answers.ts'
import { SERVICES_TEXT } from './services-text.ts'

export interface ServiceCertificatesProps {
  readonly name: string
  /** They are asked for again when this is another. */
  readonly version: unknown
  /** There is a further one. */
  readonly onDone: () => void
}

/** What it shows to be let in; a further one with its key, in the moment it was made. */
export function ServiceCertificates({ name, version, onDone }: ServiceCertificatesProps) {
  const { api } = useHub()
  const words = read(SERVICES_TEXT)
  const [issued, setIssued] = useState<ServiceIssuedAnswer>()
  const issue = async (): Promise<undefined> => {
    setIssued(await api.send<ServiceIssuedAnswer>('POST', path('api/services', name, 'certificates')))
    onDone()
    return undefined
  }
  return (
    <Section
      title={words.certificates}
      actions={may('operate') && <ActionButton label={words.issue} consequence={words.issueTells} act={issue} />}
    >
      {issued && <Issued issued={issued} />}
      <DeviceCertificates kind="service" id={name} version={version} empty={words.noCertificates} />
    </Section>
  )
}

interface IssuedProps {
  readonly issued: ServiceIssuedAnswer
}

function Issued({ issued: { name, clientKey, clientCert, caCert, brokerUrl, mqttSecurePort } }: IssuedProps) {
  const words = read(SERVICES_TEXT)
  return (
    <div class="note good">
      <p role="status">{words.issued(`mqtts://${brokerUrl}:${mqttSecurePort}`)}</p>
      <ShownFile name={`${name}-key.pem`} content={clientKey} />
      <ShownFile name={`${name}-cert.pem`} content={clientCert} />
      <ShownFile name="ca-cert.pem" content={caCert} />
    </div>
  )
}
