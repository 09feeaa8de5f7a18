import { expect, test } from 'vitest'
import { Badge, type Tone } from '../../../src/console/parts/badge.tsx'
import { drawInDocument } from '../../support/console/console-scene.tsx'

test('each state has its own sign beside the word, of which readers of screens are not told', () => {
  const tones: readonly Tone[] = ['good', 'warn', 'bad', 'off']
  const signs = tones.map((tone) => {
    using scene = drawInDocument(<Badge tone={tone}>online</Badge>)
    expect(scene.text()).toBe('online')
    expect(document.querySelector('.badge')?.classList.contains(tone)).toBe(true)
    expect(document.querySelector('.badge svg')?.getAttribute('aria-hidden')).toBe('true')
    return document.querySelector('.badge path')?.getAttribute('d')
  })
  expect(new Set(signs).size).toBe(tones.length)
})
