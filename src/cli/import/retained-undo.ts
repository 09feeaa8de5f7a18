import { CommandFailed } from '../command-failed.ts'
import { renderFields } from '../output/table.ts'
import type { CommandContext } from '../ports.ts'
import { collectRetained, publishRetained } from './retained-messages.ts'
import { planReturn, type RetainedReport } from './retained-report.ts'
import { type TargetOptions, withTarget } from './retained-target.ts'

/** Removes each copied message that is still the one that was copied, or puts back what it replaced. */
export async function undoRetained(
  report: RetainedReport,
  options: TargetOptions,
  context: CommandContext,
): Promise<void> {
  const { topic, retained } = report
  const quiet = Number(options.quiet)
  const { messages, left } = await withTarget(options, context, async (client) => {
    const plan = planReturn(report, await collectRetained(client, topic, quiet))
    await publishRetained(client, plan)
    return { messages: plan, left: planReturn(report, await collectRetained(client, topic, quiet)) }
  })
  const removed = messages.filter(({ payload }) => payload.length === 0)
  context.terminal.stdout.write(
    renderFields([
      ['Removed', removed.length],
      ['Put back', messages.length - removed.length],
      ['Published since, or not kept', retained.length - messages.length],
    ]),
  )
  if (left.length > 0) {
    throw new CommandFailed(
      `${left.length} messages are still there, such as ${left[0]?.topicName}: the service's policy does not cover them`,
    )
  }
}
