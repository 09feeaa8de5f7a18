import { isAbsolute, relative } from 'node:path'

/** A command as it can be pasted into a shell. */
export function formatCommandLine(words: readonly string[]): string {
  return words.map(quoteWord).join(' ')
}

function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** A path as one would type it here: relative where it lies below the current folder. */
export function formatPath(path: string, cwd: string): string {
  const nearer = relative(cwd, path)
  return nearer === '' || nearer.startsWith('..') || isAbsolute(nearer) ? path : nearer
}
