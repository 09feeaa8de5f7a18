import { read } from '../../language.ts'
import { Chips } from '../../parts/chips.tsx'
import { FilterField } from '../../parts/filter-field.tsx'
import { refine } from '../../router.ts'
import { CERTIFICATES_TEXT } from './certificates-text.ts'

/** All of them stand in the address. */
export function CertificateFilters({ query }: { readonly query: Readonly<Record<string, string>> }) {
  const words = read(CERTIFICATES_TEXT)
  const { states, endsWithin, kinds } = words
  const { q, device, state, kind, ends, latest } = query
  const { ca: _, ...filtered } = kinds
  return (
    <>
      <div class="columns">
        <FilterField label={words.search} value={q} onChange={(wanted) => refine({ q: wanted })} />
        <FilterField label={words.device} value={device} onChange={(wanted) => refine({ device: wanted })} />
      </div>
      <Chips
        label={words.state}
        choices={choicesOf(states)}
        chosen={state}
        onChoose={(chosen) => refine({ state: chosen })}
      />
      <div class="row">
        <Chips
          label={words.kind}
          choices={choicesOf(filtered)}
          chosen={kind}
          onChoose={(chosen) => refine({ kind: chosen })}
        />
        <Chips
          label={words.ends}
          choices={choicesOf(endsWithin)}
          chosen={ends}
          onChoose={(chosen) => refine({ ends: chosen })}
        />
        <Chips
          label={words.latest}
          choices={[{ value: 'true', label: words.latest }]}
          chosen={latest}
          onChoose={(chosen) => refine({ latest: chosen })}
        />
      </div>
    </>
  )
}

function choicesOf(labels: Readonly<Record<string, string>>) {
  return Object.entries(labels).map(([value, label]) => ({ value, label }))
}
