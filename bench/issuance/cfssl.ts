import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { findFreePorts } from '../../test/support/free-ports.ts'

export interface CfsslServer extends AsyncDisposable {
  readonly port: number
  readonly pid: number
}

const PROFILE = { usages: ['digital signature', 'client auth'], expiry: '8760h' }

/** Debian's, with a P-256 CA of its own. */
export async function startCfssl(folder: string): Promise<CfsslServer> {
  const [port = 0] = await findFreePorts(1)
  writeFileSync(join(folder, 'cfssl.json'), JSON.stringify({ signing: { default: PROFILE } }))
  const options = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-subj', '/CN=cfssl']
  const files = ['-keyout', 'cfssl-key.pem', '-out', 'cfssl-ca.pem', '-days', '3650']
  execFileSync('openssl', ['req', ...options, ...files], { cwd: folder, stdio: 'ignore' })
  const args = ['-ca', 'cfssl-ca.pem', '-ca-key', 'cfssl-key.pem', '-config', 'cfssl.json', '-loglevel', '5']
  const child = spawn('cfssl', ['serve', '-address', '127.0.0.1', '-port', String(port), ...args], {
    cwd: folder,
    stdio: 'ignore',
  })
  const exited = once(child, 'exit')
  while (!(await isAnswered(port))) await wait(50)
  return {
    port,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill()
      await exited
    },
  }
}

function isAnswered(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request({ host: '127.0.0.1', port, path: '/' }, (response) => {
      response.resume()
      resolve(true)
    })
    outgoing.on('error', () => resolve(false))
    outgoing.end()
  })
}
