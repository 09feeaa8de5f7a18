import decodeQR from 'qr/decode.js'
import { expect, test } from 'vitest'
import { renderQrCode } from '../../../src/cli/output/qr.ts'

const LINK = `https://hub.example.com:3000/claim#sgn_0123456789ab_${'Az0_-'.repeat(9).slice(0, 43)}`
const PIXELS = 8

test('the code is read as the link that it was made of, and fits a terminal of 80 columns', () => {
  const rows = renderQrCode(LINK).trimEnd().split('\n')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they set the colours
  const blocks = rows.map((row) => /^\u001b\[30;107m([ ▄▀█]+)\u001b\[0m$/.exec(row)?.[1] ?? '')
  const width = blocks[0]?.length ?? 0
  expect(width).toBeLessThan(80)
  expect(blocks.every(({ length }) => length === width)).toBe(true)
  const modules = blocks.flatMap((row) => [
    [...row].map((block) => '▀█'.includes(block)),
    [...row].map((block) => '▄█'.includes(block)),
  ])
  expect(decodeQR(paint(modules))).toBe(LINK)
})

/** As a camera would see it. */
function paint(modules: readonly (readonly boolean[])[]) {
  const height = modules.length * PIXELS
  const width = (modules[0]?.length ?? 0) * PIXELS
  const data = new Uint8ClampedArray(width * height * 4).fill(255)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (modules[Math.floor(y / PIXELS)]?.[Math.floor(x / PIXELS)])
        data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3)
    }
  }
  return { width, height, data }
}
