import { type Command, InvalidArgumentError } from 'commander'
import { type Clock, systemClock } from '../clock.ts'
import { DURATION_PATTERN, readDuration } from '../duration.ts'
import type { ExpiryAnswer, ListedCertificateAnswer } from './hub/answers.ts'
import type { HubClient } from './hub/hub-client.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { type Column, printItems } from './output/table.ts'
import type { CommandContext } from './ports.ts'

interface ExpiringOptions extends HubOptions {
  /** Seconds. */
  readonly within: number
  readonly json?: boolean
}

interface Ending {
  readonly kind: string
  readonly subject: string
  readonly notAfter: string
  readonly fingerprint: string
}

/** `signet certificate expiring`. */
export function addExpiringCommand(certificate: Command, context: CommandContext, clock: Clock = systemClock): void {
  addHubOptions(certificate.command('expiring').description('what ends soon and has no successor, the CA too'))
    .option('--within <duration>', 'how soon, as 12h or 90d', parseDuration, readDuration('30d'))
    .option('--json', 'as JSON')
    .action(async (options: ExpiringOptions) => {
      const by = new Date(clock().getTime() + options.within * 1000).toISOString()
      const endings = await listEndings(await openHubClient(options, context), by)
      printItems(context.terminal.stdout, endings, COLUMNS, options)
    })
}

/** Soonest first. */
async function listEndings(hub: HubClient, by: string): Promise<readonly Ending[]> {
  const query = new URLSearchParams({ state: 'active', latest: 'true', expiresBefore: by })
  const issued = await hub.list<ListedCertificateAnswer>(`/api/certificates?${query}`)
  const { authorities } = await hub.call<ExpiryAnswer>('GET', '/api/certificates/expiry')
  return [
    ...issued.map(({ kind, subjectId: subject, notAfter, fingerprint }) => ({
      kind,
      subject,
      notAfter: notAfter ?? '',
      fingerprint,
    })),
    ...authorities.filter(({ notAfter }) => notAfter < by).map((authority) => ({ kind: 'ca', ...authority })),
  ].toSorted((one, other) => (one.notAfter < other.notAfter ? -1 : 1))
}

function parseDuration(text: string): number {
  if (DURATION_PATTERN.test(text)) return readDuration(text)
  throw new InvalidArgumentError('expected a duration such as 12h or 30d')
}

const COLUMNS: readonly Column<Ending>[] = [
  ['NOT AFTER', ({ notAfter }) => notAfter],
  ['KIND', ({ kind }) => kind],
  ['SUBJECT', ({ subject }) => subject],
  ['FINGERPRINT', ({ fingerprint }) => fingerprint],
]
