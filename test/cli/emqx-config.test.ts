import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { REFUSAL_MENDS } from '../../src/refusal.ts'
import { at, readEmqxConf } from '../support/emqx-conf.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { run } from './terminal.ts'

async function print(words: readonly string[], files: Readonly<Record<string, string>> = {}) {
  await using folder = await temporaryFolder()
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text)
  const finished = await run({ argv: ['emqx-config', ...words], cwd: folder.path })
  return { ...finished, cwd: folder.path }
}

const BODY = {
  clientid: '${clientid}',
  username: '${username}',
  cert_common_name: '${cert_common_name}',
  cert_subject: '${cert_subject}',
}

describe('signet emqx-config', () => {
  test('prints what an EMQX on the same machine needs', async () => {
    const { code, stdout, cwd } = await print([])
    const certs = join(cwd, 'certs')
    const headers = { 'content-type': 'application/json', authorization: 'Bearer TOKEN' }
    expect(code).toBe(0)
    expect(readEmqxConf(stdout)).toEqual({
      'listeners.ssl.default': {
        bind: '0.0.0.0:8883',
        ssl_options: {
          cacertfile: join(certs, 'ca-cert.pem'),
          certfile: join(certs, 'server-cert.pem'),
          keyfile: join(certs, 'server-key.pem'),
          verify: 'verify_peer',
          fail_if_no_peer_cert: 'true',
        },
      },
      authentication: [
        {
          mechanism: 'password_based',
          backend: 'http',
          method: 'post',
          url: 'http://127.0.0.1:3000/api/devices/certificates/validate',
          headers,
          body: { ...BODY, cert_pem: '${cert_pem}' },
        },
      ],
      authorization: {
        no_match: 'deny',
        deny_action: 'ignore',
        sources: [
          {
            type: 'http',
            method: 'post',
            url: 'http://127.0.0.1:3000/api/emqx/authz',
            headers,
            body: { ...BODY, action: '${action}', topic: '${topic}', qos: '${qos}', retain: '${retain}' },
          },
        ],
      },
    })
    expect(stdout).toContain('bin/signet.mjs token create emqx --role validator')
    expect(stdout).toContain('bin/signet.mjs server-cert issue HOST --out FOLDER')
  })

  test('takes port and folder from the configuration', async () => {
    const { stdout } = await print(['--config', 'hub.yaml'], { 'hub.yaml': 'api: { port: 3443 }\ncerts_dir: /pki\n' })
    const conf = readEmqxConf(stdout)
    expect(at(conf, 'authentication', 0)).toMatchObject({
      url: 'http://127.0.0.1:3443/api/devices/certificates/validate',
    })
    expect(at(conf, 'listeners.ssl.default', 'ssl_options')).toMatchObject({ cacertfile: '/pki/ca-cert.pem' })
  })

  test('with an https address has EMQX verify the hub', async () => {
    const { stdout } = await print(['--url', 'https://hub.example.com:3000/', '--emqx-certs', '/opt/emqx/etc/certs'])
    const conf = readEmqxConf(stdout)
    for (const call of [at(conf, 'authentication', 0), at(conf, 'authorization', 'sources', 0)]) {
      expect(call['url']).toMatch(/^https:\/\/hub\.example\.com:3000\/api\//)
      expect(call['ssl']).toEqual({
        enable: 'true',
        verify: 'verify_peer',
        cacertfile: '/opt/emqx/etc/certs/ca-cert.pem',
      })
    }
  })

  test('prints a token only from a file that is named', async () => {
    const { stdout } = await print(['--token-file', 'token'], { token: 'sgn_1_secret\n' })
    expect(at(readEmqxConf(stdout), 'authentication', 0, 'headers')).toMatchObject({
      authorization: 'Bearer sgn_1_secret',
    })
  })

  for (const { name, words, sentence } of [
    { name: 'an address that is none', words: ['--url', 'hub'], sentence: /--url hub: expected https:/ },
    { name: 'an address of something else', words: ['--url', 'ftp://hub'], sentence: /--url ftp:/ },
    { name: 'a token that is not there', words: ['--token-file', 'gone'], sentence: /gone cannot be read: ENOENT/ },
  ]) {
    test(`refused/${name}, and nothing is printed`, async () => {
      const { code, stdout, stderr } = await print(words)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toMatch(sentence)
    })
  }

  test('asks for what the refusal of an empty body says is missing', async () => {
    const { body } = at(readEmqxConf((await print([])).stdout), 'authentication', 0)
    const fields = Object.entries(body ?? {}).map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
    expect(REFUSAL_MENDS.emqx_body_empty).toContain(`{ ${fields.join(', ')} }`)
  })
})
