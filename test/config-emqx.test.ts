import { describe, expect, test } from 'vitest'
import { createConfig } from '../src/config.ts'
import { findHalfSetEmqx, readEmqxApi } from '../src/config-emqx.ts'

const API = { api_url: 'http://localhost:18083', api_key: 'signet', api_secret: 's3cret' }

describe("EMQX's REST API", () => {
  test('is reached with an address, a key and its secret', () => {
    expect(readEmqxApi(createConfig({ emqx: API }))).toEqual({
      url: 'http://localhost:18083',
      key: 'signet',
      secret: 's3cret',
    })
    expect(readEmqxApi(createConfig())).toBeUndefined()
  })

  for (const { name, emqx, refused = [], faults } of [
    { name: 'nothing of it', emqx: {}, faults: [] },
    { name: 'all of it', emqx: API, faults: [] },
    {
      name: 'an address alone',
      emqx: { api_url: API.api_url },
      faults: [
        'emqx.api_url, emqx.api_key and emqx.api_secret go together: emqx.api_key and emqx.api_secret must be set too',
      ],
    },
    {
      name: 'no secret, which was refused before',
      emqx: { api_url: API.api_url, api_key: API.api_key },
      refused: ['emqx.api_secret'],
      faults: [],
    },
  ]) {
    test(`${faults.length === 0 ? 'ok' : 'refused'}/${name}`, () => {
      expect(findHalfSetEmqx(createConfig({ emqx }), new Set(refused))).toEqual(faults)
    })
  }
})
