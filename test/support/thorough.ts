/** How often something is tried against chance: `few` times with every change, `all` with `THOROUGH=yes`. */
export function timesAgainstChance(few: number, all: number): number {
  return process.env['THOROUGH'] === 'yes' ? all : few
}
