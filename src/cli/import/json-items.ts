import { CommandFailed } from '../command-failed.ts'

export type Item = Readonly<Record<string, unknown>>

/** What a JSON file holds; throws with the file's name. */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CommandFailed(`${file} is not JSON`, { cause })
  }
}

/** The objects of a list, whether it stands alone or in `data`, as REST APIs answer. */
export function readItems(value: unknown): readonly Item[] {
  if (Array.isArray(value)) return value.filter(isItem)
  return isItem(value) && Array.isArray(value['data']) ? value['data'].filter(isItem) : []
}

export function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text of some length; none otherwise. */
export function readText(item: Item, name: string): string | undefined {
  const value = item[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function readNumber(item: Item, name: string): number | undefined {
  const value = item[name]
  return typeof value === 'number' ? value : undefined
}
