import { describe, expect, test } from 'vitest'
import { REFUSAL_MENDS } from '../src/refusal.ts'

describe('the cause of a refusal', () => {
  for (const [cause, mend] of Object.entries(REFUSAL_MENDS)) {
    test(`${cause} is told with one line that says what to do`, () => {
      expect(cause).toMatch(/^[a-z]+(?:_[a-z0-9]+)*$/)
      expect(mend).toMatch(/^[A-Z].+: .+\.$/)
    })
  }
})

test('an EMQX that sends nothing is told the body it lacks, in its own notation', () => {
  for (const field of ['clientid', 'username', 'cert_common_name', 'cert_subject', 'cert_pem']) {
    expect(REFUSAL_MENDS.emqx_body_empty).toContain(`${field} = "\${${field}}"`)
  }
})
