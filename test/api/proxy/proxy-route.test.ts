import { describe, expect, test } from 'vitest'
import { backendTarget, findRoute, longestFirst } from '../../../src/api/proxy/proxy-route.ts'
import { routeTo } from './proxy-scene.ts'

const BACKEND = { host: 'localhost', port: 1 }

describe('of the routes /app, /app/x and /apple', () => {
  const routes = longestFirst(['/app', '/app/x', '/apple'].map((path) => routeTo(BACKEND, { path })))

  for (const { target, expected } of [
    { target: '/app', expected: '/app' },
    { target: '/app?x', expected: '/app' },
    { target: '/app/', expected: '/app' },
    { target: '/app/xy', expected: '/app' },
    { target: '/app/x/y', expected: '/app/x' },
    { target: '/apple', expected: '/apple' },
    { target: '/appl', expected: undefined },
    { target: '/APP', expected: undefined },
    { target: '/?/app', expected: undefined },
    { target: 'http://localhost/app', expected: undefined },
    { target: '*', expected: undefined },
    { target: '', expected: undefined },
  ]) {
    test(`${target} is for ${expected}`, () => expect(findRoute(routes, target)?.path).toBe(expected))
  }
})

describe('the backend is asked', () => {
  for (const { target, keepPrefix = false, expected } of [
    { target: '/app', expected: '/' },
    { target: '/app/', expected: '/' },
    { target: '/app?q=/../x', expected: '/?q=/../x' },
    { target: '/app/a//b', expected: '/a//b' },
    { target: '/app/%2F/x', expected: '/%2F/x' },
    { target: '/app/a', keepPrefix: true, expected: '/app/a' },
    { target: '/app', keepPrefix: true, expected: '/app' },
    { target: '/app//a', keepPrefix: true, expected: '/app//a' },
    { target: '/app//a', expected: undefined },
    { target: '/app/..', expected: undefined },
    { target: '/app/a\tb', expected: undefined },
    { target: '/app/a\x7f', expected: undefined },
  ]) {
    test(`${JSON.stringify(target)}${keepPrefix ? ', whole' : ''}: ${expected}`, () => {
      expect(backendTarget(routeTo(BACKEND, { keepPrefix }), target)).toBe(expected)
    })
  }
})
