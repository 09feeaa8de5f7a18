import { describe, expect, test } from 'vitest'
import { formatTerm, parseErlangTerms } from '../../../../src/cli/import/emqx/erlang-terms.ts'

describe('Erlang terms', () => {
  for (const { name, text, expected } of [
    { name: 'nothing but comments', text: '%% a {comment}.\n\n% more\n', expected: [] },
    { name: 'an atom and a tuple', text: 'all. {deny, all}.', expected: ['all', '{deny, all}'] },
    { name: 'strings with escapes', text: '["a\\"b", "%u", "c/#"].', expected: ['["a\\"b", "%u", "c/#"]'] },
    { name: 'binaries and quoted atoms', text: '{\'and\', [<<"x">>, <<>>]}.', expected: ['{and, ["x", ""]}'] },
    { name: 'numbers, and a term of several lines', text: '{a,\n -1, % one\n 20}.', expected: ['{a, -1, 20}'] },
  ]) {
    test(`ok/${name}`, () => expect(parseErlangTerms(text, 'acl.conf').map(formatTerm)).toEqual(expected))
  }

  for (const { name, text, sentence } of [
    {
      name: 'a term without its full stop',
      text: '{allow, all}',
      sentence: 'acl.conf line 1: expected . instead of the end',
    },
    {
      name: 'a tuple that is not closed',
      text: '{allow,\n all.',
      sentence: 'acl.conf line 2: expected , instead of .',
    },
    {
      name: 'a string that is not closed',
      text: '{allow,\n\n "a}.',
      sentence: 'acl.conf line 3: " is not expected here',
    },
    {
      name: 'two terms in the place of one',
      text: 'allow deny.',
      sentence: 'acl.conf line 1: expected . instead of deny',
    },
    { name: 'nothing where a term is due', text: '[', sentence: 'acl.conf line 1: the end is not expected here' },
  ]) {
    test(`refused/${name}`, () => expect(() => parseErlangTerms(text, 'acl.conf')).toThrow(sentence))
  }
})
