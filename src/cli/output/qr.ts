import encodeQR from 'qr'

const BLACK_ON_WHITE = '\u001b[30;107m'
const PLAIN = '\u001b[0m'

/** A QR code of half blocks, its colours set so that it is the same on a light and on a dark terminal. */
export function renderQrCode(text: string): string {
  const modules = encodeQR(text, 'raw', { ecc: 'low' })
  const rows = modules.filter((_, index) => index % 2 === 0)
  return rows.map((upper, row) => `${BLACK_ON_WHITE}${renderRow(upper, modules[2 * row + 1] ?? [])}${PLAIN}\n`).join('')
}

function renderRow(upper: readonly boolean[], lower: readonly boolean[]): string {
  return upper.map((isDark, column) => BLOCKS[Number(isDark)]?.[Number(lower[column] ?? false)]).join('')
}

/** By the module above and the one below. */
const BLOCKS = [
  [' ', '▄'],
  ['▀', '█'],
] as const
