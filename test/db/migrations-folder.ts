import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes migrations as drizzle-kit does; each migration is a list of statements. */
export function writeMigrations(folder: string, migrations: readonly (readonly string[])[]): string {
  mkdirSync(join(folder, 'meta'), { recursive: true })
  const entries = migrations.map((_, idx) => ({
    idx,
    version: '6',
    when: 1_000 + idx,
    tag: `000${idx}_test`,
    breakpoints: true,
  }))
  writeFileSync(join(folder, 'meta', '_journal.json'), JSON.stringify({ version: '7', dialect: 'sqlite', entries }))
  for (const [idx, statements] of migrations.entries()) {
    writeFileSync(join(folder, `000${idx}_test.sql`), statements.join('\n--> statement-breakpoint\n'))
  }
  return folder
}
