import { createPrivateKey, X509Certificate } from 'node:crypto'
import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readProvidedCertificate } from '../../src/ca/provided-certificate.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createWebPki, type ServerRequest, saveServerFiles, type WebPki } from '../support/web-pki.ts'

const DAY = 86_400_000
const EC = ['ecparam', '-name', 'prime256v1', '-genkey', '-noout']

interface Scene {
  readonly folder: string
  readonly web: WebPki
}

/** A folder with a good pair in it, which a test may spoil. */
async function openScene(request?: ServerRequest) {
  const folder = await temporaryFolder()
  const web = await createWebPki(folder.path)
  const { cert, key } = await web.issue(request)
  const save = (chain: string, privateKey = key) => saveServerFiles(folder.path, { cert: chain, key: privateKey })
  await save(cert + web.issuing)
  const read = (now = new Date()) => readProvidedCertificate(filesIn(folder.path), now)
  return { folder: folder.path, web, cert, key, save, read, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

function filesIn(folder: string) {
  return {
    certificateFile: join(folder, 'fullchain.pem'),
    keyFile: join(folder, 'privkey.pem'),
    setting: 'ssl',
  }
}

describe('a pair as certbot writes it is read', () => {
  for (const { name, key } of [
    { name: 'EC, SEC1', key: EC },
    { name: 'EC, SEC1 behind its parameters', key: ['ecparam', '-name', 'secp384r1', '-genkey'] },
    { name: 'EC, PKCS#8', key: ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'] },
    { name: 'RSA, PKCS#1', key: ['genrsa', '-traditional', '2048'] },
    { name: 'RSA, PKCS#8', key: ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'] },
  ]) {
    test(name, async (context) => {
      needPrograms(context, 'openssl')
      await using scene = await openScene({ key })
      const provided = await scene.read()
      expect(provided).toMatchObject({ warnings: [], names: ['localhost', 'hub.example.com', '127.0.0.1'] })
      expect(provided.certificatePem).toBe(scene.cert + scene.web.issuing)
      expect(provided.notAfter).toEqual(new Date(new X509Certificate(scene.cert).validTo))
      expect(provided.certificate.checkPrivateKey(createPrivateKey(provided.keyPem))).toBe(true)
    })
  }

  test('with its root, and with Windows line ends', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene()
    await scene.save((scene.cert + scene.web.issuing + scene.web.root).replaceAll('\n', '\r\n'))
    expect((await scene.read()).certificates).toHaveLength(3)
  })
})

describe('what is odd is said, and served', () => {
  test('a certificate without alternative names', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene({ alternativeNames: '' })
    const { names, warnings } = await scene.read()
    expect(names).toEqual([])
    expect(warnings).toEqual([expect.stringMatching(/names no host \(subjectAltName\).*-addext/)])
  })

  test('one as the old recipe makes it: openssl req -x509 -subj /CN=localhost', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene()
    const files = ['-keyout', 'privkey.pem', '-out', 'fullchain.pem']
    await scene.web.openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', ...files)
    const { warnings } = await scene.read()
    expect(warnings).toEqual([expect.stringContaining('subjectAltName'), expect.stringContaining('self-signed')])
  })

  test('a key that its group may read', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene()
    await chmod(join(scene.folder, 'privkey.pem'), 0o640)
    expect((await scene.read()).warnings).toEqual([expect.stringMatching(/open to its group: run chmod 600/)])
  })

  test('a certificate that is not valid yet', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene()
    expect((await scene.read(new Date(0))).warnings).toEqual([expect.stringMatching(/check the clock/)])
  })
})

describe('what clients would refuse is refused, by name and with its mend', () => {
  for (const { name, spoil, at = 0, code, message } of [
    {
      name: 'no certificate',
      spoil: ({ folder }: Scene) => rm(join(folder, 'fullchain.pem')),
      code: 'file_unreachable',
      message: /fullchain\.pem \(ssl\.cert_file\) does not exist/,
    },
    {
      name: 'no key',
      spoil: ({ folder }: Scene) => rm(join(folder, 'privkey.pem')),
      code: 'file_unreachable',
      message: /privkey\.pem \(ssl\.key_file\) does not exist/,
    },
    {
      name: 'a key of another certificate',
      spoil: ({ web }: Scene) => web.openssl('ecparam', '-name', 'prime256v1', '-genkey', '-out', 'privkey.pem'),
      code: 'key_mismatch',
      message: /fullchain\.pem .* does not belong to the private key .*privkey\.pem \(ssl\.key_file\)/,
    },
    {
      name: 'a key that everybody may read',
      spoil: ({ folder }: Scene) => chmod(join(folder, 'privkey.pem'), 0o644),
      code: 'file_permissions',
      message: /chmod 600/,
    },
    {
      name: 'an encrypted key',
      spoil: ({ web }: Scene) =>
        web.openssl('pkey', '-in', 'web-server-key.pem', '-aes256', '-passout', 'pass:x', '-out', 'privkey.pem'),
      code: 'file_invalid',
      message: /\(ssl\.key_file\) is encrypted.*openssl pkey/,
    },
    {
      name: 'what is no certificate',
      spoil: ({ folder }: Scene) => writeFile(join(folder, 'fullchain.pem'), 'hello'),
      code: 'file_invalid',
      message: /\(ssl\.cert_file\) holds no certificate in PEM form/,
    },
    {
      name: 'a certificate that has expired by our clock',
      spoil: async () => undefined,
      at: 91 * DAY,
      code: 'file_invalid',
      message: /expired at 20.*certbot renew/,
    },
  ]) {
    test(name, async (context) => {
      needPrograms(context, 'openssl')
      await using scene = await openScene()
      await spoil(scene)
      await chmod(join(scene.folder, 'privkey.pem'), name.includes('everybody') ? 0o644 : 0o600).catch(() => undefined)
      const reading = scene.read(new Date(Date.now() + at))
      await expect(reading).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
    })
  }

  for (const { name, chain, message } of [
    {
      name: 'the CA before the server',
      chain: (cert: string, { issuing, root }: WebPki) => issuing + cert + root,
      message: /begins with a CA, and the server's own certificate is number 2/,
    },
    {
      name: 'the root before the issuing CA',
      chain: (cert: string, { issuing, root }: WebPki) => cert + root + issuing,
      message: /holds its chain in the wrong order: behind CN=hub stands the CA/,
    },
    {
      name: 'a certificate that has nothing to do with it',
      chain: (cert: string, { issuing }: WebPki) => cert + issuing + cert,
      message: /holds CN=hub, which did not sign CN=Web Issuing: take it out/,
    },
  ]) {
    test(name, async (context) => {
      needPrograms(context, 'openssl')
      await using scene = await openScene()
      await scene.save(chain(scene.cert, scene.web))
      await expect(scene.read()).rejects.toMatchObject({
        code: 'file_invalid',
        message: expect.stringMatching(message),
      })
    })
  }

  test('a certificate for clients', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene({ purpose: 'clientAuth' })
    await expect(scene.read()).rejects.toMatchObject({
      code: 'file_invalid',
      message: expect.stringContaining('serverAuth'),
    })
  })

  test('a certificate that OpenSSL will not serve, in its own words', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene()
    const weak = ['-newkey', 'rsa:1024', '-nodes', '-keyout', 'weak-key.pem', '-subj', '/CN=Weak', '-out', 'weak.pem']
    await scene.web.openssl('req', '-x509', ...weak)
    const issuer = ['-CA', 'weak.pem', '-CAkey', 'weak-key.pem', '-set_serial', '9']
    await scene.web.openssl('x509', '-req', '-in', 'request.pem', ...issuer, '-out', 'leaf.pem')
    const [leaf, ca] = await Promise.all(
      ['leaf.pem', 'weak.pem'].map((file) => readFile(join(scene.folder, file), 'utf8')),
    )
    await scene.save(`${leaf}${ca}`)
    await expect(scene.read()).rejects.toMatchObject({
      code: 'file_invalid',
      message: expect.stringMatching(/cannot be used for TLS: .*ca key too small/),
    })
  })
})
