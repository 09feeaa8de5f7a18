import { describe, expect, test } from 'vitest'
import { envelopeOfMessage, renderBody } from '../../../src/events/webhooks/delivery-body.ts'
import { renderTemplate } from '../../../src/events/webhooks/template.ts'
import { NOON } from './webhook-records.ts'

const VALUES = {
  type: 'device.connected',
  data: { id: 'pump "1"\n\\', count: 3, isNew: true, none: null, list: [1, 2], text: '{{type}}', 'a-b': 'dash' },
}

for (const { name, template, expected } of [
  { name: 'a place in a text', template: 'Hello {{data.id}}!', expected: 'Hello pump "1"\n\\!' },
  { name: 'spaces in a place', template: '{{ type }}', expected: 'device.connected' },
  { name: 'a place alone keeps its kind', template: ['{{data.count}}', '{{data.isNew}}'], expected: [3, true] },
  { name: 'a place alone takes a whole object', template: { all: '{{data.list}}' }, expected: { all: [1, 2] } },
  { name: 'an object in a text is JSON', template: 'l={{data.list}}', expected: 'l=[1,2]' },
  {
    name: 'what is not there is nothing',
    template: ['a{{data.x.y}}b{{data.none}}', '{{nothing}}'],
    expected: ['ab', ''],
  },
  { name: 'null stays null', template: '{{data.none}}', expected: '' },
  { name: 'what is put in is no template', template: 'x {{data.text}}', expected: 'x {{type}}' },
  { name: 'no way to what every object has', template: ['{{constructor}}', '{{data.__proto__}}'], expected: ['', ''] },
  {
    name: 'no computation',
    template: '{{1+1}} {{data.id()}} {{data[0]}}',
    expected: '{{1+1}} {{data.id()}} {{data[0]}}',
  },
  { name: 'a name with a dash', template: '{{data.a-b}}', expected: 'dash' },
  { name: 'names are not filled in', template: { '{{type}}': 1 }, expected: { '{{type}}': 1 } },
  { name: 'other values stay', template: [1, null, false], expected: [1, null, false] },
]) {
  test(name, () => expect(renderTemplate(template, VALUES)).toEqual(expected))
}

describe('a body', () => {
  const envelope = { id: '1', type: 'device.connected', at: NOON.toISOString(), data: { id: 'a"&b=c' } }
  const message = { topic: 'a/b', qos: 1, retain: false, clientId: 'c' } as const

  test('is the event itself without a template', () => {
    expect(JSON.parse(renderBody({ template: undefined, format: 'json' }, envelope))).toEqual(envelope)
  })

  test('is JSON whatever is put in: what Telegram takes', () => {
    const template = { chat_id: 42, text: 'Device {{data.id}}: {{type}}' }
    const body = renderBody({ template, format: 'json' }, envelope)
    expect(JSON.parse(body)).toEqual({ chat_id: 42, text: 'Device a"&b=c: device.connected' })
  })

  test('is a form whose fields stay apart: what mail gateways take', () => {
    const template = { to: 'a@example.com', subject: '{{data.id}}', tags: ['x'], n: 1 }
    const fields = new URLSearchParams(renderBody({ template, format: 'form' }, envelope))
    expect([...fields]).toEqual([
      ['to', 'a@example.com'],
      ['subject', 'a"&b=c'],
      ['tags', '["x"]'],
      ['n', '1'],
    ])
  })

  test('of a message holds its text, and what a template takes of JSON in it', () => {
    const shown = envelopeOfMessage({ ...message, payload: Buffer.from('{"t":21.5}') }, 'id', NOON)
    expect(shown).toMatchObject({ type: 'message', data: { topic: 'a/b', payload: '{"t":21.5}', encoding: 'utf8' } })
    const template = { text: '{{data.topic}} {{data.json.t}}' }
    expect(JSON.parse(renderBody({ template, format: 'json' }, shown))).toEqual({ text: 'a/b 21.5' })
    const plain = envelopeOfMessage({ ...message, payload: Buffer.from('on') }, 'id', NOON)
    expect(JSON.parse(renderBody({ template, format: 'json' }, plain))).toEqual({ text: 'a/b ' })
  })

  test('of a message that is no text holds base64', () => {
    const { data } = envelopeOfMessage({ ...message, payload: Buffer.from([0xff, 0]) }, 'id', NOON)
    expect(data).toMatchObject({ payload: '/wA=', encoding: 'base64' })
  })
})
