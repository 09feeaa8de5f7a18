import { expect, test } from 'vitest'
import { FileHandles } from '../../src/edge/file-handles.ts'
import { createLogger } from '../../src/logger.ts'
import { LogSink } from '../support/log-sink.ts'

function openHandles() {
  const log = new LogSink()
  const scene = { code: undefined as string | undefined }
  const handles = new FileHandles({
    logger: createLogger({ level: 'info', format: 'json', stream: log }),
    tryOpen() {
      if (scene.code) throw Object.assign(new Error(scene.code), { code: scene.code })
    },
  })
  return { handles, log, scene }
}

test('file handles that are used up are told once, and once when they are free again', () => {
  const { handles, log, scene } = openHandles()
  expect(handles.areFree()).toBe(true)
  for (const code of ['EMFILE', 'ENFILE']) {
    scene.code = code
    expect(handles.areFree()).toBe(false)
  }
  scene.code = undefined
  expect(handles.areFree()).toBe(true)
  expect(handles.areFree()).toBe(true)
  expect(log.lines).toMatchObject([
    { level: 'error', msg: 'No file handles are left: new connections are closed. Raise "ulimit -n"' },
    { level: 'info', msg: 'File handles are free again' },
  ])
})

test('what else cannot be opened says nothing of handles', () => {
  const { handles, log, scene } = openHandles()
  scene.code = 'EACCES'
  expect(handles.areFree()).toBe(true)
  expect(log.lines).toEqual([])
})

test('this process has some', () => {
  const logger = createLogger({ level: 'silent', format: 'json', stream: new LogSink() })
  expect(new FileHandles({ logger }).areFree()).toBe(true)
})
