import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What keeps somebody from using a page as it stands: the broken rule, and the first element that breaks it. */
export async function findBarriers(page: Page): Promise<readonly (readonly [rule: string, html: string])[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source)
  // Of what is in order no selectors are made: on a long page that takes most of the time.
  return page.evaluate(`axe
    .run(document, { resultTypes: ['violations'] })
    .then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))`)
}
