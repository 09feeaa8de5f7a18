import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface BareIssuer extends Disposable {
  readonly port: number
  readonly pid: number
}

export async function startBareIssuer(): Promise<BareIssuer> {
  const child = fork(fileURLToPath(new URL('bare-issuer.ts', import.meta.url)))
  const [port] = await once(child, 'message')
  return { port, pid: child.pid ?? 0, [Symbol.dispose]: () => void child.kill() }
}
