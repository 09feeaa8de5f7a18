import { read } from '../../language.ts'
import { now } from '../../parts/moment.tsx'
import { SelectField } from '../../parts/select-field.tsx'
import { TOKEN_TEXT } from './token-text.ts'

const LIVES = ['30', '90', '365', 'never'] as const
const DAY_MS = 86_400_000

/** In days. */
export type TokenLife = (typeof LIVES)[number]

export interface TokenLifeFieldProps {
  readonly value: TokenLife
  readonly onChange: (life: TokenLife) => void
}

/** How long a token is to be good. */
export function TokenLifeField({ value, onChange }: TokenLifeFieldProps) {
  const words = read(TOKEN_TEXT)
  const choices = LIVES.map((life) => ({ value: life, label: words.lives[life] }))
  return <SelectField label={words.expires} choices={choices} value={value} onChange={onChange} />
}

/** When a token of so many days ends, RFC 3339; none of one without end. */
export function endAfter(life: TokenLife): string | undefined {
  return life === 'never' ? undefined : new Date(now.peek().getTime() + Number(life) * DAY_MS).toISOString()
}
