import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// What a client can see of the broker: it must be the same whether its packets go by the fast path or through Aedes alone.
const WHERE_PACKETS_GO = [
  'test/broker/mqtt-broker.test.ts',
  'test/broker/aedes/*.test.ts',
  'test/journeys/{durability,guards,revocation,slow-consumers,topics}.test.ts',
]

// They mirror rooms of src/, whose modules keep no state of their own: the next file finds them loaded.
const ROOMS = 'test/{api,backup,broker,ca,cli,db,deploy,edge,events,registry}/**/*.test.ts'

// Whole programs and whole hubs take longest: begun first, they leave short files to share out in the end.
const SLOWEST_FIRST = ['/test/peers/', '/test/journeys/']

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = SLOWEST_FIRST.findIndex((folder) => moduleId.includes(folder))
      return found === -1 ? SLOWEST_FIRST.length : found
    }
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    // They end what hangs, and judge nothing: a start of the hub has taken 20 s where eight others had the same two cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    sequence: { sequencer: SlowestFirst },
    projects: [
      { extends: true, test: { name: 'hub', include: ['test/**/*.test.ts'], exclude: [ROOMS, 'test/console/**'] } },
      { extends: true, test: { name: 'rooms', include: [ROOMS], isolate: false } },
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
