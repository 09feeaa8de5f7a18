/** Takes work, and does a piece of it a turn of the event loop: what devices send gets its place between any two. */
export function createTurns(): (work: () => void) => void {
  const waiting: (() => void)[] = []
  let isTaken = false
  return (work) => {
    if (isTaken) waiting.push(work)
    else take(work)
  }

  function take(work: () => void): void {
    isTaken = true
    // Before the work, which may throw.
    setImmediate(next)
    work()
  }

  function next(): void {
    const work = waiting.shift()
    if (work) take(work)
    else isTaken = false
  }
}
