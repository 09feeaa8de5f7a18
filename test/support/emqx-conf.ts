export type ConfValue = string | ConfObject | readonly ConfObject[]
export interface ConfObject {
  readonly [name: string]: ConfValue
}

/** The part of HOCON that the hub prints: a name or a bracket a line, values as they stand; throws at anything else. */
export function readEmqxConf(text: string): ConfObject {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  const conf = readObject(lines)
  if (lines.length > 0) throw new Error(`unbalanced: ${lines[0]}`)
  return conf
}

function readObject(lines: string[]): ConfObject {
  const found: Record<string, ConfValue> = {}
  for (let line = lines.shift(); line !== undefined && line !== '}'; line = lines.shift()) {
    const [, quoted, plain = '', opening, value] = /^(?:"([^"]+)"|([\w.]+))(?: (\{)| = (.+))$/.exec(line) ?? []
    const name = quoted ?? plain
    if (name === '' || name in found) throw new Error(`not understood: ${line}`)
    if (opening) found[name] = readObject(lines)
    else if (value === '[') found[name] = readList(lines)
    else found[name] = value?.startsWith('"') ? JSON.parse(value) : String(value)
  }
  return found
}

function readList(lines: string[]): readonly ConfObject[] {
  const found: ConfObject[] = []
  for (let line = lines.shift(); line !== ']'; line = lines.shift()) {
    if (line !== '{') throw new Error(`not understood: ${line}`)
    found.push(readObject(lines))
  }
  return found
}

/** The object at this path; throws where there is none. */
export function at(conf: ConfObject, ...path: readonly (string | number)[]): ConfObject {
  let found: ConfValue | undefined = conf
  for (const name of path) found = (found as Record<string | number, ConfValue> | undefined)?.[name]
  if (typeof found !== 'object') throw new Error(`nothing at ${path.join('.')}`)
  return found as ConfObject
}

/** As EMQX fills in a template: what it has no value for becomes an empty string. */
export function fillIn(template: ConfObject, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(template).map(([name, text]) => [
      name,
      String(text).replaceAll(/\$\{(\w+)\}/g, (_, variable: string) => values[variable] ?? ''),
    ]),
  )
}
