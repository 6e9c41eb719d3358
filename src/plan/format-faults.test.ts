import { expect, test } from 'vitest';
import { formatFaults } from './format-faults.ts';
import type { Fault } from './plan.ts';

const fault: Fault = {
  path: 'endpoints[1].sla.p95',
  file: 'plan.yaml',
  line: 12,
  column: 5,
  expected: 'a duration such as 300ms',
  received: '300',
  hint: 'write 300ms or 300s',
};

test.each<[string, Partial<Fault>, string]>([
  [
    'with everything',
    {},
    'plan.yaml:12:5 endpoints[1].sla.p95: expected a duration such as 300ms, received 300. Hint: write 300ms or 300s',
  ],
  [
    'without hint',
    { hint: null },
    'plan.yaml:12:5 endpoints[1].sla.p95: expected a duration such as 300ms, received 300.',
  ],
  [
    'without place',
    { line: null, column: null, hint: null },
    'plan.yaml endpoints[1].sla.p95: expected a duration such as 300ms, received 300.',
  ],
  [
    'of the whole file',
    { line: null, column: null, path: '', hint: null },
    'plan.yaml: expected a duration such as 300ms, received 300.',
  ],
  [
    'of the command line',
    { file: '', line: null, column: null, path: '--users', hint: null },
    '--users: expected a duration such as 300ms, received 300.',
  ],
  [
    'that would command a terminal',
    { file: 'a\u001b[2J\u202e.yaml', hint: null },
    'a\\u001b[2J\\u202e.yaml:12:5 endpoints[1].sla.p95: expected a duration such as 300ms, received 300.',
  ],
])('a fault %s', (_, change, line) => {
  expect(formatFaults([{ ...fault, ...change }])).toBe(line);
});

test('a line for each', () => {
  expect(formatFaults([fault, fault]).split('\n')).toHaveLength(2);
  expect(formatFaults([])).toBe('');
});
