/** What `signet-hub/testing` adds to somebody's tests: its module, and each hub. Run: npm run build && node bench/test-kit.ts */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describeMachine, median, summarize } from './statistics.ts'

// As the package holds it: what is measured is what is installed.
const KIT = new URL('../dist/testing.js', import.meta.url).href
const PROCESSES = 5
const STARTS = 20
const SAMPLE = 'sample'

if (process.argv[2] === SAMPLE) console.log(JSON.stringify(await sample()))
else report()

/** In a process of its own, for a module is loaded once. */
async function sample(): Promise<{ readonly loadMs: number; readonly starts: readonly number[] }> {
  const begin = performance.now()
  const { startTestHub } = await import(KIT)
  const loadMs = performance.now() - begin
  const starts: number[] = []
  for (let start = 0; start < STARTS; start++) {
    const before = performance.now()
    await using _hub = await startTestHub()
    starts.push(performance.now() - before)
  }
  return { loadMs, starts }
}

function report(): void {
  const samples = Array.from({ length: PROCESSES }, () =>
    JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), SAMPLE], { encoding: 'utf8' })),
  )
  const results = {
    load: summarize(samples.map(({ loadMs }) => loadMs)),
    firstStart: summarize(samples.map(({ starts: [first] }) => first)),
    medianOfTwentyStarts: median(samples.map(({ starts }) => median(starts))),
  }
  console.log(JSON.stringify({ benchmark: 'test-kit', unit: 'ms', machine: describeMachine(), results }, null, 2))
}
