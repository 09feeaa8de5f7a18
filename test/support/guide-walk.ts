import type { GuideBlock } from './guide.ts'
import type { GuideScene } from './guide-scene.ts'

/** What a test does where the reader has come to the end of a section, by its heading. */
export type AfterSection = Readonly<Record<string, (scene: GuideScene) => Promise<void>>>

/** Follows every block in the order of the page; the blocks that are left alone are given back. */
export async function walkGuide(
  scene: GuideScene,
  blocks: readonly GuideBlock[],
  after: AfterSection = {},
): Promise<readonly GuideBlock[]> {
  const sections = Map.groupBy(blocks, ({ heading }) => heading)
  const lost = Object.keys(after).filter((heading) => !sections.has(heading))
  if (lost.length > 0) throw new Error(`no section of the guide is called ${lost.join(', ')}`)
  for (const [heading, those] of sections) {
    for (const block of those.filter((each) => !isLeftAlone(each))) await scene.follow(block)
    await after[heading]?.(scene)
  }
  return blocks.filter(isLeftAlone)
}

/** Only what needs a program that cannot be had here; `needs-emqx` is the one such mark there is. */
function isLeftAlone({ marks }: GuideBlock): boolean {
  return marks.has('needs-emqx')
}
