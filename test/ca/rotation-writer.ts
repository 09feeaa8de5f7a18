// Begins or finishes a rotation in a folder: rotation-files.test.ts looks at what it would leave if it were killed.
import { createRotationFiles } from '../../src/ca/rotation-files.ts'
import { createLogger } from '../../src/logger.ts'

const [folder = '', input = '{}'] = process.argv.slice(2)
const logger = createLogger({ level: 'silent', format: 'json', stream: process.stdout })
const { begin, finish } = JSON.parse(input)
const files = createRotationFiles({ certsDir: folder, logger })
if (begin) await files.begin(begin.keyPem, begin.certificatePem)
else await files.finish(finish.certificatePem)
