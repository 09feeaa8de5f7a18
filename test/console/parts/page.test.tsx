import { expect, test } from 'vitest'
import { Page, Section } from '../../../src/console/parts/page.tsx'
import { drawInDocument, screen, waitFor } from '../../support/console/console-scene.tsx'

test('a page has a name, a sentence of state, actions and sections, and names the document', async () => {
  using _ = drawInDocument(
    <Page title="Devices" state="3 of 4 are online." actions={<button type="button">Add</button>}>
      <Section title="Silent" actions={<button type="button">Wake</button>}>
        board-4
      </Section>
    </Page>,
  )
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Devices')
  expect(document.querySelector('.state')?.textContent).toBe('3 of 4 are online.')
  expect(screen.getAllByRole('button').map(({ textContent }) => textContent)).toEqual(['Add', 'Wake'])
  expect(screen.getByRole('heading', { level: 2 }).closest('section')?.textContent).toContain('board-4')
  await waitFor(() => expect(document.title).toBe('Devices · Signet'))
})

test('what a page does not have leaves no empty place', () => {
  using _ = drawInDocument(
    <Page title="Devices">
      <Section title="Silent">none</Section>
    </Page>,
  )
  expect(document.querySelector('.state, .row')).toBeNull()
})
