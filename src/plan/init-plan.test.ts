import fc from 'fast-check';
import { expect, test } from 'vitest';
import { initialPlan } from './init-plan.ts';
import { parsePlan } from './parse-plan.ts';

function parsed(from: Parameters<typeof initialPlan>[0]) {
  const outcome = parsePlan(initialPlan(from), { file: 'loadline.yaml', format: 'yaml' });
  if (outcome.state === 'faulty') throw new Error(JSON.stringify(outcome.faults));
  return {
    name: outcome.plan.name,
    target: outcome.plan.target,
    requests: outcome.plan.endpoints.map((one) => one.name),
  };
}

test.each([
  [{}, { name: 'loadline', target: 'http://127.0.0.1:3000', requests: ['GET /'] }],
  [
    { target: 'https://api.example' },
    { name: 'loadline', target: 'https://api.example', requests: ['GET /'] },
  ],
  [
    { target: 'http://me:pw@h:8080/posts?userId=1#top', name: 'my "API": one' },
    { name: 'my "API": one', target: 'http://h:8080', requests: ['GET /posts?userId=1'] },
  ],
  [{ target: 'not a URL' }, { name: 'loadline', target: 'http://127.0.0.1:3000', requests: ['GET /'] }],
])('the first plan of %j', (from, expected) => {
  expect(parsed(from)).toEqual(expected);
});

test('it is valid whatever URL and name are given', () => {
  const target = fc.oneof(fc.webUrl({ withFragments: true, withQueryParameters: true }), fc.string());
  fc.assert(
    fc.property(target, fc.string({ unit: 'binary' }), (url, name) => {
      expect(parsed({ target: url, name }).requests).toHaveLength(1);
    }),
  );
});

test('what it comments out is valid too', () => {
  const text = initialPlan({}).replace(
    /^( *)# ( {2,}|- (?:GET|request)|readiness|auth|headers|timeout|connections|http|tls)/gm,
    '$1$2',
  );
  const outcome = parsePlan(text, { file: 'loadline.yaml', format: 'yaml' });
  expect(outcome).toMatchObject({ state: 'valid' });
  expect(outcome.state === 'valid' && outcome.plan.endpoints.map((one) => one.name)).toEqual([
    'GET /',
    'GET /posts',
    'one post',
    'POST /posts',
  ]);
});
