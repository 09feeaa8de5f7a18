import { expect, test } from 'vitest'
import { FileHandles } from '../../src/edge/file-handles.ts'

function openHandles() {
  const told: string[] = []
  const scene = { code: undefined as string | undefined }
  const handles = new FileHandles({
    onExhausted: () => void told.push('exhausted'),
    onFree: () => void told.push('free'),
    tryOpen() {
      if (scene.code) throw Object.assign(new Error(scene.code), { code: scene.code })
    },
  })
  return { handles, told, scene }
}

test('file handles that are used up are told once, and once when they are free again', () => {
  const { handles, told, scene } = openHandles()
  expect(handles.areFree()).toBe(true)
  for (const code of ['EMFILE', 'ENFILE']) {
    scene.code = code
    expect(handles.areFree()).toBe(false)
  }
  scene.code = undefined
  expect(handles.areFree()).toBe(true)
  expect(handles.areFree()).toBe(true)
  expect(told).toEqual(['exhausted', 'free'])
})

test('what else cannot be opened says nothing of handles', () => {
  const { handles, told, scene } = openHandles()
  scene.code = 'EACCES'
  expect(handles.areFree()).toBe(true)
  expect(told).toEqual([])
})

test('this process has some', () => {
  expect(new FileHandles({ onExhausted: () => undefined, onFree: () => undefined }).areFree()).toBe(true)
})
