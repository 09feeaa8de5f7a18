import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SETTINGS } from '../../../../src/config.ts'
import { chooseLanguage, startLanguage } from '../../../../src/console/language.ts'
import { ConfigurationTab } from '../../../../src/console/pages/settings/configuration-tab.tsx'
import { loadMeanings } from '../../../../src/console/pages/settings/meanings.ts'
import { MEANINGS_RUSSIAN } from '../../../../src/console/pages/settings/meanings-russian.ts'
import { drawInDocument, openConsole, screen, waitFor } from '../../../support/console/console-scene.tsx'
import { startTestHub, type TestHub } from '../../../support/test-hub.ts'

const KEYS = SETTINGS.map(({ key }) => key)
const GROUPS = new Set(KEYS.map((key) => key.split('.')[0]))

test('what a setting means is told in Russian of every one, and of none besides', () => {
  expect(Object.keys(MEANINGS_RUSSIAN)).toEqual(KEYS)
})

test('each is one sentence in Russian, and names no setting that is not there', () => {
  for (const [key, meaning] of Object.entries(MEANINGS_RUSSIAN)) {
    expect(meaning, key).toMatch(/^[А-ЯA-Z][^.]*(?:\.\S[^.]*)*\.$/)
    expect(meaning, key).toMatch(/[а-яё]{3}/)
    const named = (meaning.match(/\b[a-z_]+(?:\.[a-z\d_]+)+/g) ?? []).filter((name) => GROUPS.has(name.split('.')[0]))
    expect(KEYS).toEqual(expect.arrayContaining(named))
  }
})

describe('the configuration in Russian', () => {
  let hub: TestHub
  beforeAll(async () => {
    hub = await startTestHub()
  })
  afterAll(() => hub[Symbol.asyncDispose]())

  test('is found by Russian words, typed without ё, by those of the hub, and by a value that is not set', async () => {
    using scene = openConsole(hub, '#/settings', { language: 'ru' })
    await scene.says('Как долго сообщение ждёт свою сессию')
    expect(scene.text()).not.toContain('How long a message waits')
    for (const [words, found, lost] of [
      ['ЖДЕТ СВОЮ СЕССИЮ', 'limits.queue_age', 'log.level'],
      ['least severe', 'log.level', 'limits.queue_age'],
      ['не задано', 'api.redirect_port', 'log.level'],
    ] as const) {
      await scene.fill('Часть ключа, значения или описания', words)
      await waitFor(() => expect(scene.text()).not.toContain(lost))
      await scene.says(found)
    }
  })

  test('is told in Russian as soon as the language is chosen', async () => {
    using scene = openConsole(hub, '#/settings')
    await scene.says('How long a message waits for its session')
    chooseLanguage('ru')
    await scene.says('Как долго сообщение ждёт свою сессию')
  })
})

test('where they do not come, the words of the hub stand', async () => {
  startLanguage(['ru'])
  expect(await loadMeanings(() => Promise.reject(new TypeError('Failed to fetch')))).toEqual({})
})

test('a setting that only the hub knows is told in the words of the hub', async () => {
  startLanguage(['ru'])
  const setting = { value: 7, text: '7', hidden: null, origin: { layer: 'default', place: 'default' }, live: true }
  const items = [
    { ...setting, key: 'moon.phase', default: '7', description: 'How full the moon is.' },
    { ...setting, key: 'log.level', default: 'info', description: 'Least severe level that is logged.' },
  ]
  using scene = drawInDocument(<ConfigurationTab query={{}} />, async () => Response.json({ items }))
  await scene.says('How full the moon is.')
  expect(screen.getByText(MEANINGS_RUSSIAN['log.level'] ?? '')).toBeDefined()
})
