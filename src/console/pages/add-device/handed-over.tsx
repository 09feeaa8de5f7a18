import { read } from '../../language.ts'
import { CopyButton } from '../../parts/copy.tsx'
import { Section } from '../../parts/page.tsx'
import { formatRoute } from '../../route.ts'
import { ADD_DEVICE_TEXT } from './add-device-text.ts'
import { FirstConnection } from './first-connection.tsx'

/** What was made for the device, by the way that was chosen. */
export type Handed =
  | { readonly way: 'bundle'; readonly deviceId: string }
  | { readonly way: 'csr'; readonly deviceId: string; readonly clientCert: string; readonly caCert: string }
  | { readonly way: 'claim'; readonly deviceId: string; readonly link: string; readonly qr: string }

export interface HandedOverProps {
  readonly handed: Handed
  readonly onAnother: () => void
}

/** The certificate in the hands of whoever brings it to the device, and the wait for the device itself. */
export function HandedOver({ handed, onAnother }: HandedOverProps) {
  const words = read(ADD_DEVICE_TEXT)
  const { deviceId } = handed
  return (
    <>
      <Section title={words.certificate}>
        {handed.way === 'bundle' && (
          <>
            <p>{words.bundleSaved}</p>
            <Shown text={mosquittoLine(deviceId)} />
          </>
        )}
        {handed.way === 'csr' && (
          <>
            <p>{words.csrDone}</p>
            <Shown text={handed.clientCert} />
            <p>{words.caFile}</p>
            <Shown text={handed.caCert} />
          </>
        )}
        {handed.way === 'claim' && (
          <>
            <p>{words.claimLead}</p>
            <Shown text={handed.link} />
            <p>
              <img
                src={`data:image/svg+xml,${encodeURIComponent(handed.qr)}`}
                width="240"
                height="240"
                alt={handed.link}
              />
            </p>
          </>
        )}
      </Section>
      <FirstConnection deviceId={deviceId} />
      <p class="row">
        <a class="button" href={formatRoute(['devices', deviceId])}>
          {words.open}
        </a>
        <button type="button" onClick={onAnother}>
          {words.another}
        </button>
      </p>
    </>
  )
}

function Shown({ text }: { readonly text: string }) {
  return (
    <div class="row">
      <pre>{text}</pre>
      <CopyButton text={text} />
    </div>
  )
}

function mosquittoLine(deviceId: string): string {
  return `cd ${deviceId} && sh mosquitto.sh`
}
