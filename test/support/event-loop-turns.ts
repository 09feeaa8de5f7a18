/** How many turns the event loop has made since; it goes on counting until it is disposed of. */
export interface EventLoopTurns extends Disposable {
  readonly passed: number
}

export function countEventLoopTurns(): EventLoopTurns {
  let passed = 0
  const next = (): void => {
    passed++
    pending = setImmediate(next)
  }
  let pending = setImmediate(next)
  return {
    get passed() {
      return passed
    },
    [Symbol.dispose]: () => clearImmediate(pending),
  }
}
