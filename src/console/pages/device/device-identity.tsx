import type { DeviceAnswer } from '../../hub/answers.ts'
import { read } from '../../language.ts'
import { Moment } from '../../parts/moment.tsx'
import { formatRoute } from '../../route.ts'
import { DEVICE_TEXT } from './device-text.ts'
import { IMPORTED_PASSWORD_TEXT } from './imported-password-text.ts'

/** Whose it is, and what it may do. */
export function DeviceIdentity({ device }: { readonly device: DeviceAnswer }) {
  const words = read(DEVICE_TEXT)
  const { title, asUser, ends } = read(IMPORTED_PASSWORD_TEXT)
  const { userId, createdAt, policies, clientIds, legacy } = device
  return (
    <dl class="facts">
      <dt>{words.user}</dt>
      <dd>
        <a href={formatRoute(['devices'], { userId })}>{userId}</a>
      </dd>
      <dt>{words.created}</dt>
      <dd>
        <Moment at={createdAt} />
      </dd>
      <dt>{words.policies}</dt>
      <dd class="row">
        {policies.length === 0 && <a href={formatRoute(['policies', 'device'])}>{words.defaultPolicy}</a>}
        {policies.map((name) => (
          <a key={name} href={formatRoute(['policies', name])}>
            {name}
          </a>
        ))}
      </dd>
      <dt>{words.clientIds}</dt>
      <dd>{clientIds.length === 0 ? words.none : clientIds.join(', ')}</dd>
      {legacy && (
        <>
          <dt>{title}</dt>
          <dd>
            {asUser} <code>{legacy.userName}</code>, {ends} <Moment at={legacy.endsAt} />
          </dd>
        </>
      )}
    </dl>
  )
}
