import { expect, test } from 'vitest'
import { Dialog } from '../../../src/console/parts/dialog.tsx'
import { drawInDocument, waitFor } from '../../support/console/console-scene.tsx'

async function openDialog(): Promise<HTMLDialogElement> {
  return waitFor(() => {
    const dialog = document.querySelector('dialog')
    if (!dialog?.open) throw new Error('no dialog is open')
    return dialog
  })
}

test('a dialog opens over the page, named by its title, and tells when the reader closes it', async () => {
  let closed = 0
  using _ = drawInDocument(
    <Dialog
      title="Revoke"
      onClose={() => {
        closed += 1
      }}
    >
      It is cut off.
    </Dialog>,
  )
  const dialog = await openDialog()
  expect(document.getElementById(dialog.getAttribute('aria-labelledby') ?? '')?.textContent).toBe('Revoke')
  expect(dialog.textContent).toContain('It is cut off.')
  dialog.close()
  expect(closed).toBe(1)
})

test('a dialog that is taken away is closed first, so that the browser gives the focus back', async () => {
  const scene = drawInDocument(
    <Dialog title="Revoke" onClose={() => undefined}>
      It is cut off.
    </Dialog>,
  )
  const dialog = await openDialog()
  const wasInDocument = Promise.withResolvers<boolean>()
  dialog.addEventListener('close', () => wasInDocument.resolve(dialog.isConnected))
  scene[Symbol.dispose]()
  expect(await wasInDocument.promise).toBe(true)
})
