import { Who } from '../../frame.tsx'
import { may } from '../../hub/session.ts'
import { read } from '../../language.ts'
import type { PageProps } from '../../page-table.ts'
import { Page } from '../../parts/page.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { formatRoute } from '../../route.ts'
import { BackupTab } from './backup-tab.tsx'
import { ConfigurationTab } from './configuration-tab.tsx'
import { HelpTab } from './help-tab.tsx'
import { SETTINGS_TEXT } from './settings-text.ts'
import { SignInTab } from './sign-in-tab.tsx'
import { TokensTab } from './tokens-tab.tsx'
import { WebhooksTab } from './webhooks-tab.tsx'

const TABS = ['configuration', 'tokens', 'sign-in', 'webhooks', 'backup', 'help'] as const
const OF_ADMINISTRATORS: ReadonlySet<string> = new Set(['tokens', 'sign-in', 'backup'])

/** The hub itself: its settings, who may come in, who is told, its backup, and what to do when it ails. */
export function SettingsPage({ route }: PageProps) {
  const words = read(SETTINGS_TEXT)
  const { query } = route
  const shown = TABS.filter((name) => may('administer') || !OF_ADMINISTRATORS.has(name))
  const tab = shown.find((name) => name === query['tab']) ?? 'configuration'
  return (
    <Page title={words.title} state={words.states[tab]}>
      <Tabs
        label={words.title}
        tabs={shown.map((id) => ({ id, title: words.tabs[id], href: formatRoute(['settings'], { tab: id }) }))}
        current={tab}
      />
      {tab === 'configuration' && <ConfigurationTab query={query} />}
      {tab === 'tokens' && <TokensTab />}
      {tab === 'sign-in' && <SignInTab />}
      {tab === 'webhooks' && <WebhooksTab opened={query['webhook']} />}
      {tab === 'backup' && <BackupTab />}
      {tab === 'help' && <HelpTab />}
      <div class="phone-only panel">
        <Who />
      </div>
    </Page>
  )
}
