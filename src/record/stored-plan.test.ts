import { expect, test } from 'vitest';
import { parsePlan } from '../plan/parse-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { checkStoredPlan } from './stored-plan.ts';

function planOf(text: string): Plan {
  const outcome = parsePlan(text, { file: 'plan.yaml', format: 'yaml' });
  if (outcome.state === 'faulty') throw new Error(JSON.stringify(outcome.faults));
  return outcome.plan;
}

const head = 'target: https://127.0.0.1:3000\n';

test.each([
  ['the least', 'endpoints: [GET /]\nload: { users: 1 }'],
  [
    'a closed plan with every choice',
    `endpoints:
  - request: GET /{a}/{b}/{c}
    auth: { digest: { user: me, password: "\${PASS}" } }
    data:
      a: { range: 1..9, order: unique, per: user }
      b: { list: [1, x], order: sequential }
      c: { file: c.csv, column: id, per: user }
load: { users: [1, 2], spawnRate: 2, rampDown: [1s, 0s], pacing: 5s, thinkTime: { logNormal: { median: 2s, p95: 6s } } }
connections: { shared: 50 }
http: 2
connect: unix:/run/app.sock
cookies: false
redirects: 0
tls: { verify: false, cert: c.pem, key: k.pem, passphrase: "\${PASS}", resume: true }`,
  ],
  [
    'an open plan with every choice',
    `endpoints: [GET /]
load: { rate: [10, 20], ramp: [0s, 2s], rampDown: 1s }
connections: per-request
proxy: "http://me:\${PASS}@proxy:3128"
auth: { digest: { user: me, password: "\${PASS}" } }`,
  ],
  ['exponential think time', 'endpoints: [GET /]\nload: { users: 1, thinkTime: { exponential: 2s } }'],
])('is read as it was written: %s', (_, text) => {
  const plan = planOf(head + text);
  expect(checkStoredPlan(JSON.parse(JSON.stringify(plan)))).toStrictEqual(plan);
});

const least = planOf(`${head}endpoints: [GET /]\nload: { users: 1 }`);

test.each([
  [
    'load',
    { ...least.load, thinkTime: { kind: 'log-normal', medianMs: 0, p95Ms: 1 } },
    /load\.thinkTime\.medianMs/,
  ],
  ['load', { ...least.load, pacingMs: '5s' }, /load\.pacingMs/],
  ['connection', { http: 3, policy: { kind: 'per-user' }, to: null, proxy: null }, /connection\.http/],
  ['tls', { verify: true, ca: null, resume: false }, /tls\.resume/],
  ['cookies', true, /cookies/],
])('refuses what no plan holds: %s', (key, value, message) => {
  expect(() => checkStoredPlan({ ...least, [key]: value })).toThrow(message);
});
