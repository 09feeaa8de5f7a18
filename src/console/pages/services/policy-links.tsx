import { read } from '../../language.ts'
import { formatRoute } from '../../route.ts'
import { SERVICES_TEXT } from './services-text.ts'

export function PolicyLinks({ names }: { readonly names: readonly string[] }) {
  if (names.length === 0) return <>{read(SERVICES_TEXT).noPolicies}</>
  return (
    <span class="row">
      {names.map((name) => (
        <a key={name} href={formatRoute(['policies', name])}>
          {name}
        </a>
      ))}
    </span>
  )
}
