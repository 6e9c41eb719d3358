import { expect, test } from 'vitest';
import type { Check, JsonValue, Place } from '../plan/plan.ts';
import { compileChecks } from './check.ts';
import { answerView } from './testing/answer-view.ts';

const answer = answerView(
  '{"id":1,"text":"1","none":null,"post":{"tags":["a",{"b":2}],"title":"t"},"empty":{},"list":[]}',
  { etag: ['1'], 'x-on': ['true'] },
  { session: 'abc' },
);
const at = (path: string): Place => ({ from: 'json', path });

test.each<[Place, readonly JsonValue[], boolean]>([
  [at('$.id'), [], true],
  [at('$.none'), [], true],
  [at('$.missing'), [], false],
  [at('$.id'), [1], true],
  [at('$.id'), ['1'], false],
  [at('$.id'), [2, 1], true],
  [at('$.text'), [1], false],
  [at('$.text'), ['1'], true],
  [at('$.none'), [null], true],
  [at('$.missing'), [null], false],
  [at('$.post'), [{ title: 't', tags: ['a', { b: 2 }] }], true],
  [at('$.post'), [{ title: 't', tags: [{ b: 2 }, 'a'] }], false],
  [at('$.post'), [{ title: 't' }], false],
  [at('$.post'), [{ title: 't', tags: ['a', { b: 2 }], more: null }], false],
  [at('$.post.tags'), [['a', { b: '2' }]], false],
  [at('$.empty'), [{}], true],
  [at('$.empty'), [[]], false],
  [at('$.list'), [[]], true],
  [at('$.list'), [{}], false],
  [at('$.empty'), [JSON.parse('{"__proto__":{}}')], false],
  [{ from: 'header', name: 'etag' }, [1], true],
  [{ from: 'header', name: 'etag' }, ['1'], true],
  [{ from: 'header', name: 'etag' }, [2], false],
  [{ from: 'header', name: 'x-on' }, [true], true],
  [{ from: 'header', name: 'x-none' }, [], false],
  [{ from: 'regex', pattern: '"title":"(.)"' }, ['t'], true],
  [{ from: 'regex', pattern: '"id":(\\d)' }, [1], true],
  [{ from: 'cookie', name: 'session' }, ['abc'], true],
  [{ from: 'cookie', name: 'session' }, ['abd'], false],
])('%j equals %j: %s', (place, equals, holds) => {
  expect(compileChecks([{ place, equals }])(answer)).toBe(holds);
});

test('all must hold', () => {
  const holds: Check = { place: at('$.id'), equals: [1] };
  const fails: Check = { place: at('$.id'), equals: [2] };
  expect(
    [[], [holds], [holds, holds], [holds, fails], [fails, holds]].map((checks) =>
      compileChecks(checks)(answer),
    ),
  ).toEqual([true, true, true, false, false]);
});

test('an answer that is no JSON, or deeper than the stack, is judged all the same', () => {
  const check = compileChecks([{ place: at('$'), equals: [{ a: [[1]] }] }]);
  const deep = `{"a":${'['.repeat(300_000)}1${']'.repeat(300_000)}}`;
  expect(['', 'x', '{"a":[[1]]}', deep].map((body) => check(answerView(body)))).toEqual([
    false,
    false,
    true,
    false,
  ]);
});
