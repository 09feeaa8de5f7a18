import { afterEach, test } from 'vitest'
import { useHidden } from '../../../src/console/hub/hidden.ts'
import { drawInDocument } from '../../support/console/console-scene.tsx'
import { hideDocument, showDocument } from '../../support/console/hidden-document.ts'

afterEach(showDocument)

test('a page knows when its tab is left, and when it is looked at again', async () => {
  function Page() {
    return <p>{useHidden() ? 'nobody looks' : 'in sight'}</p>
  }
  using scene = drawInDocument(<Page />)
  await scene.says('in sight')
  hideDocument(true)
  await scene.says('nobody looks')
  hideDocument(false)
  await scene.says('in sight')
})
