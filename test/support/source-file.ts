import { extname } from 'node:path'
import { parseAst } from 'vitest/node'

const LANGUAGES: Readonly<Record<string, 'ts' | 'tsx'>> = { '.ts': 'ts', '.tsx': 'tsx' }

/** What one file of ours imports and does, read from its syntax tree: comments and texts do not count. */
export interface SourceFile {
  /** From the root of the project, as `src/broker/ports.ts`. */
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
  readonly habits: ReadonlySet<Habit>
}

export interface Import {
  /** As it is written; undefined where it is computed. */
  readonly specifier: string | undefined
  /** Gone at run time. */
  readonly isType: boolean
}

export type Habit = 'process' | 'process.exit' | 'clock' | 'default export'

export function parseSourceFile(path: string, text: string): SourceFile {
  const { body } = parseAst(text, { lang: LANGUAGES[extname(path)] ?? 'js' }, path)
  const imports: Import[] = []
  const habits = new Set<Habit>()
  for (const node of nodesOf(body)) {
    const found = readImport(node)
    if (found) imports.push(found)
    for (const habit of readHabits(node)) habits.add(habit)
  }
  return { path, text, imports, habits }
}

interface Node {
  readonly type: string
  readonly [field: string]: unknown
}

/** Every node, with the names in it that stand for values: not `a.process`, nor `{ process: 1 }`. */
function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesOf(item)
  if (!isNode(value)) return
  yield value
  for (const [field, child] of Object.entries(value)) if (!isMereName(value, field)) yield* nodesOf(child)
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

function isMereName(node: Node, field: string): boolean {
  if (node['computed'] === true) return false
  return (field === 'property' && node.type === 'MemberExpression') || (field === 'key' && node['shorthand'] !== true)
}

function readImport(node: Node): Import | undefined {
  const specifier = textOf(node['source'])
  switch (node.type) {
    case 'ImportDeclaration':
      // `import { type A }` is no type import: `import {}` stays at run time.
      return { specifier, isType: node['importKind'] === 'type' }
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return node['source'] ? { specifier, isType: node['exportKind'] === 'type' } : undefined
    case 'TSImportType':
      return { specifier, isType: true }
    case 'ImportExpression':
      return { specifier, isType: false }
    case 'CallExpression':
      return isNamed(node['callee'], 'require') ? { specifier: textOf(argumentsOf(node)[0]), isType: false } : undefined
    default:
      return undefined
  }
}

function textOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined
  return node.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : undefined
}

function* readHabits(node: Node): Generator<Habit> {
  if (node.type === 'ExportDefaultDeclaration') yield 'default export'
  if (isNamed(node, 'process') || isMember(node, 'globalThis', 'process')) yield 'process'
  if (isMember(node, 'process', 'exit')) yield 'process.exit'
  if (isMember(node, 'Date', 'now')) yield 'clock'
  const isCalled = node.type === 'NewExpression' || node.type === 'CallExpression'
  if (isCalled && isNamed(node['callee'], 'Date') && argumentsOf(node).length === 0) yield 'clock'
}

function isNamed(node: unknown, name: string): boolean {
  return isNode(node) && node.type === 'Identifier' && node['name'] === name
}

function isMember(node: Node, object: string, property: string): boolean {
  return node.type === 'MemberExpression' && isNamed(node['object'], object) && isNamed(node['property'], property)
}

function argumentsOf(node: Node): readonly unknown[] {
  return Array.isArray(node['arguments']) ? node['arguments'] : []
}
