import type { ImportAnswer, ImportUndoAnswer } from '../hub/answers.ts'
import { type Column, renderFields, renderTable } from '../output/table.ts'
import type { ImportPlan } from './import-plan.ts'

/** What an import did or would do, for a person: counts, and each device that would be refused by name. */
export function renderReport(report: ImportAnswer, leftOut: ImportPlan['leftOut']): string {
  const { applied, devices, policies } = report
  const refused = devices.flatMap(({ deviceId, action, reasons }) =>
    reasons.map(({ code, detail, mend }) => ({ deviceId, action, code, detail, mend })),
  )
  const notes = devices.flatMap(({ deviceId, notes: lines }) => lines.map((line) => [deviceId, line] as const))
  const wrongPolicies = policies.flatMap(({ name, reasons }) => reasons.map(({ detail }) => [name, detail] as const))
  return [
    `${countActions('devices', devices)}${policies.length > 0 ? countActions('policies', policies) : ''}${countPasswords(devices)}`,
    refused.length > 0
      ? `${new Set(refused.map(({ deviceId }) => deviceId)).size} of the devices would be refused:\n${renderTable(refused, COLUMNS)}`
      : 'None of the devices would be refused\n',
    refused.length > 0 ? renderFields([...new Map(refused.map(({ code, mend }) => [code, mend]))]) : '',
    wrongPolicies.length > 0 ? `Policies that are refused:\n${renderFields(wrongPolicies)}` : '',
    notes.length > 0 ? `Notes:\n${renderFields(notes)}` : '',
    leftOut.length > 0 ? `Left out:\n${renderFields(leftOut.map((line) => ['-', line]))}` : '',
    applied ? '' : 'This was a dry run, nothing is kept: --apply does it\n',
  ]
    .filter((part) => part !== '')
    .join('\n')
}

export function renderUndo({ devices, policies }: ImportUndoAnswer): string {
  const told = [...devices, ...policies].filter(({ detail }) => detail !== undefined)
  return [
    countActions('devices', devices),
    countActions('policies', policies),
    ...(told.length > 0 ? [`\nNot as before:\n${renderFields(told.map(({ name, detail }) => [name, detail]))}`] : []),
  ].join('')
}

interface RefusedRow {
  readonly deviceId: string
  readonly action: string
  readonly code: string
  readonly detail: string
}

const COLUMNS: readonly Column<RefusedRow>[] = [
  ['DEVICE', ({ deviceId }) => deviceId],
  ['REGISTRY', ({ action }) => action],
  ['CAUSE', ({ code }) => code],
  ['DETAIL', ({ detail }) => detail],
]

function countPasswords(devices: ImportAnswer['devices']): string {
  const saved = devices.flatMap(({ password }) => password ?? [])
  return saved[0] ? `${saved.length} passwords, until ${saved[0].endsAt}\n` : ''
}

function countActions(noun: string, items: readonly { readonly action: string }[]): string {
  const counts = Map.groupBy(items, ({ action }) => action)
  const parts = [...counts].map(([action, those]) => `${those.length} ${action}`)
  return `${items.length} ${noun}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}\n`
}
