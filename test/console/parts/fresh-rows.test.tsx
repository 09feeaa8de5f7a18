import { useRef } from 'preact/hooks'
import { test } from 'vitest'
import { useFreshRows } from '../../../src/console/parts/fresh-rows.ts'
import { drawInDocument } from '../../support/console/console-scene.tsx'

/** The rows 1, 2, 3... as they come, of which three are kept. */
function Feed() {
  const { rows, waiting, isFollowed, add, show, follow } = useFreshRows<number>(3)
  const came = useRef(0)
  const come = (): void => {
    came.current += 1
    add(came.current)
  }
  return (
    <>
      <button type="button" onClick={come}>
        one more
      </button>
      <button type="button" onClick={show}>
        show
      </button>
      <button type="button" onClick={() => follow(!isFollowed)}>
        {isFollowed ? 'let wait' : 'follow'}
      </button>
      <output>{`${rows.join()} and ${waiting} more`}</output>
    </>
  )
}

test('the first row is shown at once, later ones wait until the reader asks, and only the newest are kept', async () => {
  using scene = drawInDocument(<Feed />)
  await scene.says(' and 0 more')
  await scene.click('one more')
  await scene.says('1 and 0 more')
  await scene.click('one more')
  await scene.says('1 and 1 more')
  await scene.click('one more')
  await scene.says('1 and 2 more')
  await scene.click('show')
  await scene.says('3,2,1 and 0 more')
  for (const waiting of [1, 2, 3, 3]) {
    await scene.click('one more')
    await scene.says(`3,2,1 and ${waiting} more`)
  }
  await scene.click('show')
  await scene.says('7,6,5 and 0 more')
})

test('whoever follows them sees each at once, until he lets them wait again', async () => {
  using scene = drawInDocument(<Feed />)
  for (const said of ['1 and 0 more', '1 and 1 more']) {
    await scene.click('one more')
    await scene.says(said)
  }
  await scene.click('follow')
  await scene.says('2,1 and 0 more')
  for (const said of ['3,2,1 and 0 more', '4,3,2 and 0 more']) {
    await scene.click('one more')
    await scene.says(said)
  }
  await scene.click('let wait')
  await scene.click('one more')
  await scene.says('4,3,2 and 1 more')
})
