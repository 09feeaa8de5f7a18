import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import { useLoad } from '../../hub/load.ts'
import { usePaced } from '../../hub/pace.ts'
import { counted, read } from '../../language.ts'
import type { PageProps } from '../../page-table.ts'
import { Page } from '../../parts/page.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { formatRoute } from '../../route.ts'
import { AuthorityTab } from './authority-tab.tsx'
import type { ExpiryAnswer } from './certificate-answers.ts'
import { CertificateTab } from './certificate-tab.tsx'
import { CERTIFICATES_TEXT } from './certificates-text.ts'
import { PasteTab } from './paste-tab.tsx'
import { RotationsTab } from './rotations-tab.tsx'

const TABS = {
  certificates: CertificateTab,
  authority: AuthorityTab,
  rotations: RotationsTab,
  paste: PasteTab,
} as const

type TabName = keyof typeof TABS
const isTab = (name: string | undefined): name is TabName => name !== undefined && Object.hasOwn(TABS, name)

/** Certificates, the CA that issues them, their renewal by fleets, and one that somebody pastes. */
export function CertificatesPage({ route }: PageProps) {
  const words = read(CERTIFICATES_TEXT)
  const { tab } = route.query
  const current = isTab(tab) ? tab : 'certificates'
  const Tab = TABS[current]
  const tabs = (Object.keys(TABS) as TabName[]).map((id) => ({
    id,
    title: words.tabs[id],
    href: formatRoute(['certificates'], { tab: id }),
  }))
  return (
    <Page title={words.title} state={<State />}>
      <Tabs label={words.title} tabs={tabs} current={current} />
      <Tab route={route} />
    </Page>
  )
}

function State() {
  const { api } = useHub()
  const words = read(CERTIFICATES_TEXT)
  const expiry = useLoad(() => api.get<ExpiryAnswer>('api/certificates/expiry'), [api])
  const reload = usePaced(() => void expiry.reload())
  useEvents(['certificate.issued', 'certificate.revoked', 'certificate.released'], reload)
  if (!expiry.data) return null
  const sum = (...names: readonly ('expired' | 'within1Day' | 'within7Days' | 'within30Days')[]): number =>
    expiry.data?.items.reduce((all, item) => names.reduce((total, name) => total + item[name], all), 0) ?? 0
  const leading = (query: Readonly<Record<string, string>>) =>
    formatRoute(['certificates'], { latest: 'true', ...query })
  return (
    <>
      <a href={leading({ ends: '30' })}>{counted(sum('within1Day', 'within7Days', 'within30Days'), words.ending)}</a>,{' '}
      <a href={leading({ state: 'expired' })}>{counted(sum('expired'), words.expired)}</a>.
    </>
  )
}
