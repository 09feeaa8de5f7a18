import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { PATIENCE } from './test/support/patience.ts'

// What a client can see of the broker: it must be the same whether its packets go by the fast path or through Aedes alone.
const WHERE_PACKETS_GO = [
  'test/broker/mqtt-broker.test.ts',
  'test/broker/aedes/*.test.ts',
  'test/journeys/{durability,guards,revocation,slow-consumers,topics}.test.ts',
]

// The tracer of OpenTelemetry's API keeps the first SDK that it finds for as long as the process lives; a hub alone in its
// process puts globals of its own in the place of Node's.
const OF_ITS_OWN_PROCESS = [
  'test/tracing.test.ts',
  'test/journeys/tracing.test.ts',
  'test/app-process.test.ts',
  'test/api/light-answers.test.ts',
  'test/api/request/traced-request.test.ts',
]

// Whole programs and whole hubs take longest: begun first, they leave short files to share out in the end. A process goes
// on with the next file only where that is of the same project, so the largest project comes last, in one piece.
const SLOWEST_FIRST = [
  /^alone /,
  /^console /,
  /^through-aedes /,
  /^hub \/test\/peers\//,
  /^hub \/test\/journeys\//,
  /^hub \/test\/[^/]+$/,
  /^hub /,
]

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId, project }: TestSpecification): number => {
      const name = `${project.name} ${moduleId.slice(project.config.root.length)}`
      return SLOWEST_FIRST.findIndex((names) => names.test(name))
    }
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    // They end what hangs, and judge nothing: a start of the hub has taken 20 s where eight others had the same two cores.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: PATIENCE },
    // One more than there are cores: a journey often waits, for a disk or for a process that it has started.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: SlowestFirst },
    setupFiles: ['test/support/compiled-children.ts'],
    // To load the hub takes longer than most files, and its modules keep no state: the next file finds them loaded.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'hub',
          include: ['test/**/*.test.ts'],
          exclude: ['test/console/**', ...OF_ITS_OWN_PROCESS],
        },
      },
      { extends: true, test: { name: 'alone', include: OF_ITS_OWN_PROCESS, isolate: true } },
      {
        extends: true,
        test: {
          name: 'console',
          include: ['test/console/**/*.test.{ts,tsx}'],
          setupFiles: ['test/support/console/browser-window.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'through-aedes', include: WHERE_PACKETS_GO, env: { THROUGH_AEDES: 'yes' } },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.{ts,tsx}'],
      reporter: ['text', 'json-summary'],
      thresholds: { perFile: true, lines: 90, statements: 90, functions: 90, branches: 85 },
    },
  },
})
