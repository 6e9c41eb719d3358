import { describe, expect, test } from 'vitest';
import { parseSelector } from './metric-selector.ts';
import { parsePlan } from './parse-plan.ts';
import type { Observation } from './plan.ts';
import { resolvePlan } from './resolve-plan.ts';
import { faultsOfText, planWith } from './testing/faults-of-text.ts';

const metricsUrl = 'http://127.0.0.1:3000/metrics';
const usual = { everyMs: 1000, headers: {}, metrics: {} };
const nothing: Observation = { prometheus: [], processes: [], serverTiming: false };

function observed(line: string): Observation | undefined {
  const outcome = parsePlan(planWith({ 5: line }), { file: 'p', format: 'yaml' });
  if (outcome.state === 'faulty') throw new Error(JSON.stringify(outcome.faults));
  return outcome.plan.observe;
}

describe('observe', () => {
  const rows: readonly { line: string; observe: Observation | undefined }[] = [
    { line: '', observe: undefined },
    {
      line: `observe: { prometheus: '${metricsUrl}' }`,
      observe: { ...nothing, prometheus: [{ url: metricsUrl, ...usual }] },
    },
    {
      line: `observe: { prometheus: ['${metricsUrl}', { url: '${metricsUrl}', every: 2s, headers: { Authorization: 'Bearer \${TOKEN}' }, metrics: { poolInUse: 'used{pool="main"}' } }] }`,
      observe: {
        ...nothing,
        prometheus: [
          { url: metricsUrl, ...usual },
          {
            url: metricsUrl,
            everyMs: 2000,
            headers: { authorization: 'Bearer ${TOKEN}' },
            metrics: { poolInUse: 'used{pool="main"}' },
          },
        ],
      },
    },
    { line: 'observe: { process: 1234 }', observe: { ...nothing, processes: [1234] } },
    { line: 'observe: { process: [1, 2] }', observe: { ...nothing, processes: [1, 2] } },
    { line: 'observe: { serverTiming: true }', observe: { ...nothing, serverTiming: true } },
  ];
  test.each(rows)('$line', ({ line, observe }) => {
    expect(observed(line)).toEqual(observe);
  });
});

const urlWanted = 'a URL such as http://127.0.0.1:3000/metrics';
const metricWanted = 'a metric such as pool_used or pool_used{pool="main"}';
describe('faults', () => {
  const rows: readonly { line: string; faults: readonly string[] }[] = [
    {
      line: 'observe: {}',
      faults: [
        '5:10 observe: expected prometheus, process or serverTiming, received none of them. Hint: write observe: { prometheus: http://127.0.0.1:3000/metrics }, or remove the key',
      ],
    },
    {
      line: 'observe: { prometheus: 127.0.0.1/metrics }',
      faults: [`5:24 observe.prometheus: expected ${urlWanted}, received "127.0.0.1/metrics".`],
    },
    {
      line: 'observe: { prometheus: ["http://me:secret@127.0.0.1/metrics"] }',
      faults: [
        '5:25 observe.prometheus[0]: expected a URL without user and password, received "http://…@127.0.0.1/metrics". Hint: write headers: { authorization: "Bearer ${METRICS_TOKEN}" } beside the url',
      ],
    },
    {
      line: `observe: { prometheus: { url: '${metricsUrl}', metrics: { poolInUse: 'a{b}' } } }`,
      faults: [`5:86 observe.prometheus.metrics.poolInUse: expected ${metricWanted}, received "a{b}".`],
    },
    {
      line: 'observe: { process: 0 }',
      faults: ['5:21 observe.process: expected a whole number from 1 to 4194304, received 0.'],
    },
    {
      line: 'observe: { proces: 1 }',
      faults: [
        '5:12 observe.proces: expected one of prometheus, process, serverTiming, received "proces". Hint: did you mean "process"?',
      ],
    },
  ];
  test.each(rows)('$line', ({ line, faults }) => {
    expect(faultsOfText(planWith({ 5: line }))).toEqual(faults);
  });
});

describe('values of the environment', () => {
  const plan = (line: string) => {
    const outcome = parsePlan(planWith({ 5: line }), { file: 'p', format: 'yaml' });
    if (outcome.state === 'faulty') throw new Error('faulty');
    return outcome.plan;
  };
  const readFile = () => Promise.reject(new Error('no files'));

  test('are filled in, and the plan keeps the variables', async () => {
    const written = plan(
      "observe: { prometheus: { url: '${METRICS}', headers: { authorization: 'Bearer ${TOKEN}' } } }",
    );
    const resolution = await resolvePlan(written, {
      env: { METRICS: metricsUrl, TOKEN: 'secret' },
      readFile,
    });
    expect(resolution.state === 'valid' && resolution.resolved.observe?.prometheus).toEqual([
      { ...usual, url: metricsUrl, headers: { authorization: 'Bearer secret' } },
    ]);
    expect(JSON.stringify(written)).not.toContain('secret');
  });

  test('that are no URL are told without being repeated', async () => {
    const resolution = await resolvePlan(plan("observe: { prometheus: '${METRICS}' }"), {
      env: { METRICS: 'hunter2' },
      readFile,
    });
    expect(resolution.state === 'faulty' && resolution.faults.map(({ received }) => received)).toEqual([
      'the value of "${METRICS}"',
    ]);
  });
});

describe('a selector', () => {
  const rows: readonly { text: string; is: ReturnType<typeof parseSelector> }[] = [
    { text: 'pool_used', is: { name: 'pool_used', labels: new Map() } },
    { text: ' a:b{} ', is: { name: 'a:b', labels: new Map() } },
    {
      text: 'a{b="c", d="\\"}\\n\\\\",}',
      is: {
        name: 'a',
        labels: new Map([
          ['b', 'c'],
          ['d', '"}\n\\'],
        ]),
      },
    },
    { text: 'a{__proto__="x"}', is: { name: 'a', labels: new Map([['__proto__', 'x']]) } },
    { text: 'a{b="c"', is: null },
    { text: 'a{b=~"c"}', is: null },
    { text: 'a{b="c" d="e"}', is: null },
    { text: 'a b', is: null },
    { text: '{a="b"}', is: null },
    { text: '1a', is: null },
  ];
  test.each(rows)('$text', ({ text, is }) => {
    expect(parseSelector(text)).toEqual(is);
  });
});
