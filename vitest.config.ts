import { defineConfig } from 'vitest/config'

// What a client can see of the broker: it must be the same whether its packets go by the fast path or through Aedes alone.
const WHERE_PACKETS_GO = [
  'test/broker/mqtt-broker.test.ts',
  'test/broker/aedes/*.test.ts',
  'test/journeys/{durability,guards,revocation,slow-consumers,topics}.test.ts',
]

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      { extends: true, test: { name: 'hub', include: ['test/**/*.test.ts'], exclude: ['test/console/**'] } },
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
