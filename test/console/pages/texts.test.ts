import { expect, test } from 'vitest'
import { ACTIVITY_TEXT } from '../../../src/console/pages/activity/activity-text.ts'
import { SETTINGS_TEXT } from '../../../src/console/pages/settings/settings-text.ts'

const TEXTS = { ACTIVITY_TEXT, SETTINGS_TEXT }

test.each(Object.entries(TEXTS))('%s says in both languages what it is told', (_, { en, ru }) => {
  expect(Object.keys(ru)).toEqual(Object.keys(en))
  for (const words of [en, ru]) {
    for (const [key, text] of Object.entries(words)) {
      const said = typeof text === 'function' ? (text as (...told: string[]) => string)('ONE', 'TWO') : 'ONE'
      expect(said, key).toContain('ONE')
    }
  }
})
