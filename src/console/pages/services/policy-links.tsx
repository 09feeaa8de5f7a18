import { read } from '../../language.ts'
import { IdLink } from '../../parts/id-link.tsx'
import { SERVICES_TEXT } from './services-text.ts'

export function PolicyLinks({ names }: { readonly names: readonly string[] }) {
  if (names.length === 0) return <>{read(SERVICES_TEXT).noPolicies}</>
  return (
    <span class="row">
      {names.map((name) => (
        <IdLink key={name} section="policies" id={name} />
      ))}
    </span>
  )
}
