import { useState } from 'preact/hooks'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { may } from '../../hub/session.ts'
import { read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Fact } from '../../parts/fact.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Section } from '../../parts/page.tsx'
import { PolicyChoice } from '../policies/policy-choice.tsx'
import { PolicyLinks } from './policy-links.tsx'
import type { ServiceAnswer } from './service-answers.ts'
import { SERVICES_TEXT } from './services-text.ts'

export interface ServiceIdentityProps {
  readonly service: ServiceAnswer
  readonly onChange: (service: ServiceAnswer) => void
}

/** Since when it is known, and what it may do. */
export function ServiceIdentity({ service, onChange }: ServiceIdentityProps) {
  const words = read(SERVICES_TEXT)
  const { name, createdAt, policies } = service
  return (
    <Section
      title={words.identity}
      actions={may('operate') && <PolicyChange key={policies.join()} service={service} onChange={onChange} />}
    >
      <dl class="facts">
        <Fact name={words.created}>
          <Moment at={createdAt} />
        </Fact>
        <Fact name={words.policies}>
          <PolicyLinks names={policies} />
        </Fact>
        <Fact name={words.userName}>
          <code>{name}</code>
        </Fact>
      </dl>
    </Section>
  )
}

function PolicyChange({ service: { name, policies }, onChange }: ServiceIdentityProps) {
  const { api } = useHub()
  const words = read(SERVICES_TEXT)
  const [chosen, choose] = useState<readonly string[]>(policies)
  return (
    <ActionButton
      label={words.changePolicies}
      confirm={words.save}
      consequence={
        <>
          <p>{words.changePoliciesTells}</p>
          <PolicyChoice chosen={chosen} onChange={choose} />
        </>
      }
      act={async () => {
        onChange(await api.send<ServiceAnswer>('PATCH', path('api/services', name), { policies: chosen }))
        return undefined
      }}
    />
  )
}
