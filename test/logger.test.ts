import { describe, expect, test } from 'vitest'
import { createLogger, LOG_LEVELS } from '../src/logger.ts'

function capture() {
  const lines: string[] = []
  return { lines, stream: { write: (text: string) => lines.push(text) } }
}

test('a JSON log has one object a line: level as a word, time in RFC 3339, no process noise', () => {
  const { lines, stream } = capture()
  createLogger({ level: 'info', format: 'json', stream }).info({ component: 'broker' }, 'Device connected')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    component: 'broker',
    msg: 'Device connected',
  })
})

test('a text log is out before whatever is written next', () => {
  const { lines, stream } = capture()
  createLogger({ level: 'info', format: 'text', stream }).warn({ address: '10.0.0.1' }, 'Peer refused')
  expect(lines).toEqual([expect.stringMatching(/WARN: Peer refused .*10\.0\.0\.1.*\n$/)])
})

test('a text log names the component before the message', () => {
  const { lines, stream } = capture()
  createLogger({ level: 'info', format: 'text', stream }).info({ component: 'edge', surface: 'mqtts' }, 'Door open')
  expect(lines).toEqual([expect.stringMatching(/INFO: edge: Door open .*mqtts/)])
})

test('a line bears what stands around it, and its own fields win', () => {
  const { lines, stream } = capture()
  const around = () => ({ requestId: 'a', component: 'b' })
  createLogger({ level: 'info', format: 'json', stream, around }).info({ component: 'c' }, 'x')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ requestId: 'a', component: 'c' })
})

test('a level may change while the hub runs', () => {
  const { lines, stream } = capture()
  const logger = createLogger({ level: 'info', format: 'json', stream })
  logger.debug('before')
  logger.level = 'debug'
  logger.debug('after')
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['after'])
  expect(LOG_LEVELS).toContain(logger.level)
})

for (const format of ['json', 'text'] as const) {
  test(`a log whose disk is full goes on when there is room, and says as ${format} how many lines it lost`, () => {
    const lines: string[] = []
    let isFull = false
    const stream = {
      write(text: string, done?: (error?: Error) => void) {
        if (!isFull) lines.push(text)
        done?.(...(isFull ? [new Error('ENOSPC')] : []))
      },
    }
    const logger = createLogger({ level: 'info', format, stream })
    logger.info('one')
    isFull = true
    logger.info('two')
    logger.info('three')
    isFull = false
    logger.info('four')
    logger.info('five')
    expect(lines).toEqual(
      // What was cut off is ended first.
      [/one/, /^\n.*four/, /(?=.*Log lines were lost).*"?count"?:2\b/, /^[^\n]*five/].map((line) =>
        expect.stringMatching(line),
      ),
    )
  })
}

describe('a secret never reaches the log', () => {
  for (const fields of [
    { token: 'sgn_secret' },
    { headers: { authorization: 'Bearer sgn_secret' } },
    { request: { body: { clientKey: 'sgn_secret' } } },
    { password: 'sgn_secret', passphrase: 'sgn_secret', privateKey: 'sgn_secret' },
    { err: Object.assign(new Error('no'), { token: 'sgn_secret' }) },
    { items: [{ token: 'sgn_secret' }] },
    { pin: 'sgn_secret', secret: 'sgn_secret', headers: { cookie: 'sgn_secret' } },
  ]) {
    for (const format of ['json', 'text'] as const) {
      test(`${Object.keys(fields).join(', ')} as ${format}`, () => {
        const { lines, stream } = capture()
        createLogger({ level: 'info', format, stream }).info(fields, 'x')
        expect(lines.join('')).not.toContain('sgn_secret')
        expect(lines).toHaveLength(1)
      })
    }
  }
})
