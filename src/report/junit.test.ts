import { XMLParser } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { renderJunit } from './junit.ts';
import { sampleAnalysis } from './testing/sample-analysis.ts';

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  isArray: (name) => name === 'testcase',
});
const parse = (text: string) => parser.parse(text).testsuites;

test('a suite for each stage and one for readiness, with their tallies', () => {
  const suites = parse(renderJunit(sampleAnalysis));
  expect(
    suites.testsuite.map((suite: Record<string, string>) => [
      suite.name,
      suite.tests,
      suite.failures,
      suite.skipped,
    ]),
  ).toEqual([
    ['10 users', '9', '0', '0'],
    ['50 users', '9', '0', '0'],
    ['100 users', '9', '7', '0'],
    ['readiness', '5', '3', '1'],
  ]);
  expect([suites.tests, suites.failures, suites.skipped]).toEqual(['32', '10', '1']);
});

test('a missed promise names the value and the limit', () => {
  const missed = parse(renderJunit(sampleAnalysis)).testsuite[2].testcase[1];
  expect(missed.name).toBe('GET /posts: avg ≤ 500 ms');
  expect(missed.failure.message).toBe('avg is 900 ms, the limit is 500 ms');
});

test('what the run cannot tell is skipped, an invalid stage fails', () => {
  const check = sampleAnalysis.sla.checks[0];
  if (check === undefined) throw new Error('the sample has checks');
  const suites = parse(
    renderJunit({
      ...sampleAnalysis,
      validity: {
        ...sampleAnalysis.validity,
        stages: sampleAnalysis.validity.stages.map((stage) => ({
          ...stage,
          state: 'invalid',
          because: ['The generator was the bottleneck.'],
        })),
      },
      sla: {
        ...sampleAnalysis.sla,
        checks: [{ ...check, stages: check.stages.map((stage) => ({ ...stage, value: null, met: null })) }],
      },
    }),
  );
  const [validity, sla] = suites.testsuite[0].testcase;
  expect(validity.failure['#text']).toBe('The generator was the bottleneck.');
  expect(sla.skipped.message).toBe('this run cannot tell');
});
