import { expect, test } from 'vitest';
import { parsePlan } from '../../plan/parse-plan.ts';
import { flowStatements, followedStatements } from './flow-statements.ts';

function planOf(text: string) {
  const parsed = parsePlan(text, { file: 'a.yaml', format: 'yaml' });
  if (parsed.state === 'faulty') throw new Error('the plan is faulty');
  return parsed.plan;
}

test('flows beside single requests, by their share of the passes', () => {
  const plan = planOf(`
target: http://127.0.0.1:1
endpoints: [{ request: GET /a, weight: 2 }, GET /b]
flows: [{ name: buy, steps: [GET /c, GET /d] }]
load: { users: 1 }
`);
  expect(flowStatements(plan)).toEqual([
    'Users choose, pass by pass: the flow "buy" (2 requests) in 25 % of the passes and one of 2 single requests in 75 %. The think time comes between two passes.',
  ]);
});

test('the open model counts passes; a plan without flows says nothing', () => {
  const open = planOf(
    'target: http://127.0.0.1:1\nflows: [{ name: buy, steps: [GET /c] }]\nload: { rate: 5 }\n',
  );
  expect(flowStatements(open)).toEqual([
    'Users choose, pass by pass: the flow "buy" (1 request) in 100 % of the passes. An arrival is a pass: the rate counts passes, not requests.',
  ]);
  expect(
    flowStatements(planOf('target: http://127.0.0.1:1\nendpoints: [GET /a]\nload: { users: 5 }\n')),
  ).toEqual([]);
});

test('requests that are part of others', () => {
  const events = [
    { atMs: 1, kind: 'followed', text: 'stage 1: 3 redirects were followed; each counts …' },
    { atMs: 2, kind: 'other', text: 'x' },
  ];
  expect(followedStatements({ events })).toEqual([
    'The target saw more requests than are counted here, since redirects and challenges count as part of their request: stage 1: 3 redirects were followed.',
  ]);
  expect(followedStatements({ events: [] })).toEqual([]);
});
