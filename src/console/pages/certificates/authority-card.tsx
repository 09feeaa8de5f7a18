import { formatNumber, read } from '../../language.ts'
import { Copyable } from '../../parts/copy.tsx'
import { Fact } from '../../parts/fact.tsx'
import { LifeBar } from '../../parts/life-bar.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Section } from '../../parts/page.tsx'
import { Table } from '../../parts/table.tsx'
import { AUTHORITY_TEXT } from './authority-text.ts'
import type { SigningAuthority } from './certificate-answers.ts'

export interface AuthorityCardProps {
  readonly title: string
  readonly authority: SigningAuthority
  /** It is what ca.pem holds. */
  readonly isCurrent?: boolean
}

/** A CA that signs: its chain up to the root, its CRL, its OCSP signer. */
export function AuthorityCard({ title, authority, isCurrent = false }: AuthorityCardProps) {
  const words = read(AUTHORITY_TEXT)
  const { chain, revocationList, ocspSignerEnds } = authority
  const rankOf = (place: number): string => {
    if (chain.length === 1) return words.single
    return place === 0 ? words.issuer : words.root
  }
  const actions = isCurrent && (
    <a class="button" href="pki/ca.pem" download="ca.pem">
      {words.downloadCa}
    </a>
  )
  return (
    <Section title={title} actions={actions}>
      <Table
        label={`${title}: ${words.chain}`}
        columns={[
          { id: 'subject', title: words.subject, draw: ({ subject }) => subject },
          { id: 'rank', title: words.role, draw: ({ place }) => rankOf(place) },
          {
            id: 'life',
            title: words.life,
            draw: ({ notBefore, notAfter }) => <LifeBar {...{ notBefore, notAfter }} />,
          },
          { id: 'fingerprint', title: words.fingerprint, draw: ({ fingerprint }) => <Copyable text={fingerprint} /> },
        ]}
        rows={chain.map((certificate, place) => ({ ...certificate, place }))}
        keyOf={({ fingerprint }) => fingerprint}
      />
      <dl class="facts">
        <Fact name={words.ocsp}>{ocspSignerEnds ? <Moment at={ocspSignerEnds} /> : words.noOcsp}</Fact>
      </dl>
      <h3>{words.crl}</h3>
      {revocationList ? <RevocationList list={revocationList} /> : <p>{words.noCrl}</p>}
    </Section>
  )
}

function RevocationList({ list }: { readonly list: NonNullable<SigningAuthority['revocationList']> }) {
  const words = read(AUTHORITY_TEXT)
  const { path, number, thisUpdate, nextUpdate, entries, behind } = list
  return (
    <>
      {behind && <p class="note warn">{words.behind}</p>}
      <dl class="facts">
        <Fact name={words.crlNumber}>{number}</Fact>
        <Fact name={words.thisUpdate}>
          <Moment at={thisUpdate} />
        </Fact>
        <Fact name={words.nextUpdate}>
          <Moment at={nextUpdate} />
        </Fact>
        <Fact name={words.entries}>{entries === null ? words.entriesUnknown : formatNumber(entries)}</Fact>
      </dl>
      <p>
        {/* Relative: the console may stand behind a sub-path. */}
        <a class="button" href={path.slice(1)} download>
          {words.downloadCrl}
        </a>
      </p>
    </>
  )
}
