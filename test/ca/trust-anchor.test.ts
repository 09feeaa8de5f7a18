import { X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseCertificates } from '../../src/ca/certificate-chain.ts'
import { findTrustAnchor, isAnchored, readTrustAnchor } from '../../src/ca/trust-anchor.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createWebPki } from '../support/web-pki.ts'

async function openScene() {
  const folder = await temporaryFolder()
  const web = await createWebPki(folder.path)
  const { cert } = await web.issue()
  const chain = parseCertificates(cert + web.issuing, 'chain')
  return { folder: folder.path, web, cert, chain, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

describe('what verifies a chain', () => {
  test('is the root it holds', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene()
    const { root, issuing } = scene.web
    const anchor = findTrustAnchor(parseCertificates(scene.cert + issuing + root, 'chain'))
    expect(anchor?.certificatePem).toBe(root)
  })

  test('is the root that this machine knows, also of a chain that holds one CA too many', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene()
    const { root, issuing } = scene.web
    expect(findTrustAnchor(scene.chain, () => [new X509Certificate(root)])?.certificatePem).toBe(root)
    expect(findTrustAnchor(scene.chain, () => [new X509Certificate(issuing)])?.certificatePem).toBe(issuing)
  })

  test('is nothing that anybody knows', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene()
    expect(findTrustAnchor(scene.chain)).toBeUndefined()
  })
})

describe('a CA that the administrator names', () => {
  test('is taken with all that its file holds, where it leads to the chain', async (context) => {
    needPrograms(context, 'openssl')
    await using scene = await openScene()
    const file = join(scene.folder, 'ca.pem')
    await writeFile(file, scene.web.root + scene.web.issuing)
    const anchor = await readTrustAnchor(file, 'mqtt.ssl', scene.chain)
    expect(anchor.certificatePem).toBe(scene.web.root + scene.web.issuing)
    expect(isAnchored(scene.chain, anchor)).toBe(true)
  })

  for (const { name, text, code, message } of [
    { name: 'that is not there', text: undefined, code: 'file_unreachable', message: /ca\.pem \(mqtt\.ssl\.ca_file\)/ },
    { name: 'that is another', text: 'other', code: 'file_invalid', message: /does not verify mqtt\.ssl\.cert_file/ },
  ]) {
    test(`refused/one ${name}`, async (context) => {
      needPrograms(context, 'openssl')
      await using scene = await openScene()
      await using elsewhere = await temporaryFolder()
      const file = join(scene.folder, 'ca.pem')
      if (text !== undefined) await writeFile(file, (await createWebPki(elsewhere.path, 'Other')).root)
      await expect(readTrustAnchor(file, 'mqtt.ssl', scene.chain)).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      })
    })
  }
})
