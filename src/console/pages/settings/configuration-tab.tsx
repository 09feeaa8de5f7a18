import { useHub } from '../../hub/console-hub.ts'
import type { Page as ListPage } from '../../hub/list.ts'
import { useLoad } from '../../hub/load.ts'
import { may } from '../../hub/session.ts'
import { language, read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Answer } from '../../parts/answer.tsx'
import { Chips } from '../../parts/chips.tsx'
import { FilterField } from '../../parts/filter-field.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { refine } from '../../router.ts'
import { loadMeanings } from './meanings.ts'
import type { ReloadAnswer, SettingAnswer } from './settings-answers.ts'
import { SETTINGS_TEXT } from './settings-text.ts'

export interface ConfigurationTabProps {
  readonly query: Readonly<Record<string, string>>
}

/** A setting with what it means, in the language of the reader. */
interface ToldSetting extends SettingAnswer {
  readonly meaning: string
}

/** Every setting with its value and where that comes from. */
export function ConfigurationTab({ query: { q, show } }: ConfigurationTabProps) {
  const { api } = useHub()
  const words = read(SETTINGS_TEXT)
  const settings = useLoad(async () => {
    const [{ items }, meanings] = await Promise.all([api.get<ListPage<SettingAnswer>>('api/config'), loadMeanings()])
    return items.map((setting) => ({ ...setting, meaning: meanings[setting.key] ?? setting.description }))
  }, [language.value])
  const columns: readonly Column<ToldSetting>[] = [
    {
      id: 'key',
      title: words.key,
      isRest: true,
      isProse: true,
      draw: ({ key, meaning }) => (
        <>
          <code>{key}</code>
          <br />
          <small>{meaning}</small>
        </>
      ),
    },
    { id: 'value', title: words.value, draw: (setting) => <Value setting={setting} /> },
    {
      id: 'origin',
      title: words.origin,
      isNamed: true,
      draw: ({ origin }) => <span title={origin.place}>{words.layers[origin.layer]}</span>,
    },
    { id: 'default', title: words.defaultValue, isNamed: true, draw: (setting) => <Default setting={setting} /> },
    { id: 'live', title: words.takes, isNamed: true, draw: ({ live }) => (live ? words.byReload : words.byRestart) },
  ]
  const reload = async (): Promise<string> => {
    const { applied, needsRestart } = await api.send<ReloadAnswer>('POST', 'api/config/reload')
    await settings.reload()
    if (applied.length + needsRestart.length === 0) return words.nothingChanged
    const said = [
      applied.length > 0 && words.applied(applied.join(', ')),
      needsRestart.length > 0 && words.needsRestart(needsRestart.join(', ')),
    ]
    return said.filter(Boolean).join(' ')
  }
  return (
    <>
      <FilterField label={words.findSetting} value={q} onChange={(value) => refine({ q: value })} />
      <Chips
        label={words.show}
        choices={[
          { value: 'changed', label: words.onlyChanged },
          { value: 'live', label: words.onlyLive },
        ]}
        chosen={show}
        onChoose={(value) => refine({ show: value })}
      />
      <Answer of={settings} lines={12}>
        {(items) => (
          <Table
            label={words.tabs.configuration}
            columns={columns}
            rows={items.filter((setting) => fits(setting, q, show))}
            keyOf={({ key }) => key}
            empty={words.noSetting}
          />
        )}
      </Answer>
      {may('administer') && (
        <p class="section">
          <ActionButton label={words.reload} consequence={words.reloadTells} act={reload} />
        </p>
      )}
    </>
  )
}

function Value({ setting }: { readonly setting: SettingAnswer }) {
  const said = tellValue(setting)
  return setting.value === null ? <span class="quiet">{said}</span> : <code title={said}>{said}</code>
}

function tellValue({ value, text, hidden }: SettingAnswer): string {
  const words = read(SETTINGS_TEXT)
  if (hidden !== null) return words.hidden[hidden]
  return value === null ? words.none : (text ?? '')
}

/** Where another value is in force. */
function Default({ setting }: { readonly setting: SettingAnswer }) {
  if (setting.origin.layer === 'default') return null
  if (setting.default === null) return <span class="quiet">{read(SETTINGS_TEXT).none}</span>
  return <code>{setting.default}</code>
}

function fits(setting: ToldSetting, q = '', show: string | undefined): boolean {
  const { key, meaning, description, origin, live } = setting
  if (show === 'changed' && origin.layer === 'default') return false
  if (show === 'live' && !live) return false
  return [key, tellValue(setting), meaning, description].some((told) => fold(told).includes(fold(q)))
}

/** Nobody types ё, and it is written. */
function fold(text: string): string {
  return text.toLowerCase().replaceAll('ё', 'е')
}
