import { read } from '../../language.ts'
import { Chips } from '../../parts/chips.tsx'
import { FilterField } from '../../parts/filter-field.tsx'
import { refine } from '../../router.ts'
import { CERTIFICATES_TEXT } from './certificates-text.ts'

/** All of them stand in the address. */
export function CertificateFilters({ query }: { readonly query: Readonly<Record<string, string>> }) {
  const words = read(CERTIFICATES_TEXT)
  const { states, endsWithin, kinds } = words
  const { ca: _, ...filtered } = kinds
  return (
    <>
      <div class="columns">
        <FilterField label={words.search} value={query.q} onChange={(q) => refine({ q })} />
        <FilterField label={words.device} value={query.device} onChange={(device) => refine({ device })} />
      </div>
      <Chips
        label={words.state}
        choices={choicesOf(states)}
        chosen={query.state}
        onChoose={(state) => refine({ state })}
      />
      <Chips
        label={words.kind}
        choices={choicesOf(filtered)}
        chosen={query.kind}
        onChoose={(kind) => refine({ kind })}
      />
      <Chips
        label={words.ends}
        choices={choicesOf(endsWithin)}
        chosen={query.ends}
        onChoose={(ends) => refine({ ends })}
      />
      <Chips
        label={words.latest}
        choices={[{ value: 'true', label: words.latest }]}
        chosen={query.latest}
        onChoose={(latest) => refine({ latest })}
      />
    </>
  )
}

function choicesOf(labels: Readonly<Record<string, string>>) {
  return Object.entries(labels).map(([value, label]) => ({ value, label }))
}
