import { afterEach, expect, test } from 'vitest'
import { tellProblem, tellProblemCode } from '../../../src/console/codes/problem-words.ts'
import { language } from '../../../src/console/language.ts'

afterEach(() => {
  language.value = 'en'
})

test('a problem is called as the hub calls it, and in Russian by its code', () => {
  const problem = { code: 'device_exists', title: 'Device exists' }
  expect(tellProblem(problem)).toBe('Device exists')
  language.value = 'ru'
  expect(tellProblem(problem)).toBe('Такое устройство уже есть')
  expect(tellProblemCode('device_exists')).toBe('Такое устройство уже есть')
})

test('one that is not known keeps its name', () => {
  language.value = 'ru'
  expect(tellProblem({ code: 'moon_wrong', title: 'Moon wrong' })).toBe('Moon wrong')
  expect(tellProblemCode('moon_wrong')).toBe('moon_wrong')
})
