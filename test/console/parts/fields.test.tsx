import { expect, test } from 'vitest'
import { FilterField } from '../../../src/console/parts/filter-field.tsx'
import { SelectField } from '../../../src/console/parts/select-field.tsx'
import { drawInDocument, screen } from '../../support/console/console-scene.tsx'
import { choose, eventually } from '../../support/console/page-acts.ts'

test('a filter is told once its reader pauses, without the spaces around it, and is lifted when it is empty', async () => {
  const told: (string | undefined)[] = []
  using scene = drawInDocument(<FilterField label="Filter" value="pump" onChange={(value) => told.push(value)} />)
  await choose(screen.getByLabelText('Filter'), ' valve ')
  await eventually(() => expect(told).toEqual(['valve']))
  await choose(screen.getByLabelText('Filter'), ' ')
  await eventually(() => expect(told).toEqual(['valve', undefined]))
  expect(scene.text()).toBe('Filter')
})

test('a field of few choices tells which was chosen, and nothing that is none of them', async () => {
  const told: string[] = []
  const choices = [
    { value: 'allow', label: 'Allow' },
    { value: 'deny', label: 'Deny' },
  ] as const
  using scene = drawInDocument(
    <SelectField label="Effect" choices={choices} value="allow" onChange={(value) => told.push(value)} />,
  )
  await choose(screen.getByLabelText('Effect'), 'deny')
  await choose(screen.getByLabelText('Effect'), 'neither')
  expect(told).toEqual(['deny'])
  expect(scene.text()).toContain('Allow')
})
