/**
 * Runs the work, which is synchronous, in one database transaction with what others ask for at the same time: all of it is
 * kept or none, and one that throws undoes itself alone. `onCommitted` is called after the commit, in its tick; what it
 * returns is handed on once a loss of power could undo nothing of it any more.
 */
export type SharedTransaction = <Result, Outcome>(
  work: () => Result,
  onCommitted: (result: Result) => Outcome,
) => Promise<Outcome>
