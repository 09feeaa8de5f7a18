import { createRequire } from 'node:module'
import type { Document, YAMLMap } from 'yaml'
import type { FileNode, FileTree } from './config-source.ts'

// Loaded where there is a file: its 72 modules are a third of what a verb loads.
const loadYaml = (): typeof import('yaml') => createRequire(import.meta.url)('yaml')

/** What is written in a config.yaml, with its lines; whether the keys are known is not asked here. */
export function parseConfigFile(text: string): FileTree {
  const { isMap, isNode, isScalar, LineCounter, parseDocument, visit } = loadYaml()
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineOf = (node: unknown): number => (isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1)
  const problems = document.errors.map(({ message, pos }) => ({ line: lines.linePos(pos[0]).line, message }))
  visit(document, {
    Alias: (_, alias) =>
      void problems.push({ line: lineOf(alias), message: `alias *${alias.source} is not supported` }),
  })
  const { contents } = document
  const isEmpty = contents === null || (isScalar(contents) && contents.value === null)
  if (!isEmpty && !isMap(contents)) problems.push({ line: 1, message: 'expected a map of settings' })
  return { nodes: isMap(contents) && problems.length === 0 ? readMap(contents) : [], problems }

  function readMap(map: YAMLMap): FileNode[] {
    return map.items.map(({ key, value }) => {
      const place = { name: String(key), line: lineOf(key) }
      if (isMap(value)) return { ...place, children: readMap(value) }
      return { ...place, value: isNode(value) ? value.toJS(document) : value }
    })
  }
}

/** The same text with these settings, by their dotted keys; comments and all else stay. The text is one that was read without problems. */
export function writeSettings(text: string, settings: readonly (readonly [key: string, value: unknown])[]): string {
  const document = loadYaml().parseDocument(text)
  for (const [key, value] of settings) {
    const path = key.split('.')
    openGroups(document, path.slice(0, -1))
    document.setIn(path, value)
  }
  // Long lines stay as they are.
  return document.toString({ lineWidth: 0 })
}

/** A group that is written without a member is null, which takes none. */
function openGroups(document: Document, path: readonly string[]): void {
  const { isMap } = loadYaml()
  for (const [index] of path.entries()) {
    const group = path.slice(0, index + 1)
    if (!isMap(document.getIn(group, true))) document.setIn(group, document.createNode({}))
  }
}
