import { expect, test } from 'vitest'
import { counted, type Language, language } from '../../../src/console/language.ts'
import { PART_TEXT } from '../../../src/console/parts/part-text.ts'

function saidIn(chosen: Language, count: number): readonly string[] {
  language.value = chosen
  const { selected, moreRows, fresh } = PART_TEXT[chosen]
  return [selected, moreRows, fresh].map((forms) => counted(count, forms))
}

test('nouns agree with their numbers in both languages', () => {
  expect(saidIn('en', 1)).toEqual(['1 selected', '1 row, more below', '1 new'])
  expect(saidIn('en', 5)).toEqual(['5 selected', '5 rows, more below', '5 new'])
  expect(saidIn('ru', 1)).toEqual(['1 выбран', '1 строка, ниже есть ещё', '1 новая'])
  expect(saidIn('ru', 3)).toEqual(['3 выбрано', '3 строки, ниже есть ещё', '3 новые'])
  expect(saidIn('ru', 5)).toEqual(['5 выбрано', '5 строк, ниже есть ещё', '5 новых'])
})

test('a mark is named by its row', () => {
  expect(PART_TEXT.en.selectRow('board-1')).toBe('Select board-1')
  expect(PART_TEXT.ru.selectRow('board-1')).toBe('Выбрать board-1')
})
