// Replaces the pair in a folder, or encrypts its key: key-pair-files.test.ts and key-file.test.ts look at what it would leave
// if it were killed.
import { encryptKeyFile } from '../../src/ca/key-file.ts'
import { parsePrivateKey } from '../../src/ca/key-pair.ts'
import { keyPairPaths, replaceKeyPairFiles, writeKeyPairFiles } from '../../src/ca/key-pair-files.ts'

const [folder = '', input = '{}'] = process.argv.slice(2)
const { old, next, passphrase } = JSON.parse(input)
const paths = keyPairPaths(folder, 'server')
if (passphrase) await encryptKeyFile(paths.keyPath, parsePrivateKey(old.keyPem, ''), passphrase)
else if (old) await replaceKeyPairFiles(paths, old, next)
else await writeKeyPairFiles(paths, next)
