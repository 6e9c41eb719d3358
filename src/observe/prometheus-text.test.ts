import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMetrics, type Sample } from './prometheus-text.ts';

const sample = (name: string, value: number, labels: Record<string, string> = {}): Sample => ({
  name,
  labels: new Map(Object.entries(labels)),
  value,
});

describe('one line', () => {
  const rows: readonly { line: string; is: Sample | null }[] = [
    { line: 'up 1', is: sample('up', 1) },
    { line: '  up \t 1 ', is: sample('up', 1) },
    { line: 'up 1\r', is: sample('up', 1) },
    { line: 'up 1 1395066363000', is: sample('up', 1) },
    { line: 'up{} 1', is: sample('up', 1) },
    { line: 'up { a = "b" , } 1', is: sample('up', 1, { a: 'b' }) },
    {
      line: 'a:b_c9{method="post",code="200"} 1027',
      is: sample('a:b_c9', 1027, { method: 'post', code: '200' }),
    },
    {
      line: String.raw`msdos{path="C:\\DIR\\F.TXT",error="no \"F.TXT\"\n{},="} 1.458255915e9`,
      is: sample('msdos', 1.458255915e9, { path: 'C:\\DIR\\F.TXT', error: 'no "F.TXT"\n{},=' }),
    },
    { line: 'wait_bucket{le="+Inf"} 144320', is: sample('wait_bucket', 144320, { le: '+Inf' }) },
    {
      line: 'wait_bucket{le="0.1"} 8 # {trace_id="x"} 0.067 1.5',
      is: sample('wait_bucket', 8, { le: '0.1' }),
    },
    { line: 'lag{quantile="0.99"} NaN', is: sample('lag', Number.NaN, { quantile: '0.99' }) },
    { line: 'far -Inf -3982045', is: sample('far', Number.NEGATIVE_INFINITY) },
    { line: 'small 4.9e-324', is: sample('small', 4.9e-324) },
    { line: 'a .5', is: sample('a', 0.5) },
    { line: 'a +5.', is: sample('a', 5) },
    { line: '{"my.metric", "größe"="1"} 7', is: sample('my.metric', 7, { größe: '1' }) },
    {
      line: 'a{__proto__="x",constructor="y"} 1',
      is: {
        name: 'a',
        labels: new Map([
          ['__proto__', 'x'],
          ['constructor', 'y'],
        ]),
        value: 1,
      },
    },
    { line: 'a', is: null },
    { line: 'a b', is: null },
    { line: 'a 0x10', is: null },
    { line: 'a 1_000', is: null },
    { line: 'a 1e', is: null },
    { line: 'a{b} 1', is: null },
    { line: 'a{b="c} 1', is: null },
    { line: 'a{b="c"', is: null },
    { line: 'a{b=c} 1', is: null },
    { line: 'a{"b"} 1', is: null },
    { line: '{} 1', is: null },
    { line: '<html>', is: null },
  ];
  test.each(rows)('$line', ({ line, is }) => {
    expect(readMetrics(line)).toEqual(
      is === null ? { samples: [], faults: 1 } : { samples: [is], faults: 0 },
    );
  });
});

test('a histogram keeps its labels', () => {
  const page = [
    '# HELP request_seconds A histogram.',
    '# TYPE request_seconds histogram',
    'request_seconds_bucket{route="/a",le="0.05"} 24054',
    'request_seconds_bucket{route="/a",le="+Inf"} 144320',
    'request_seconds_sum{route="/a"} 53423',
    'request_seconds_count{route="/a"} 144320',
    '',
  ].join('\n');
  expect(readMetrics(page).samples).toEqual([
    sample('request_seconds_bucket', 24054, { route: '/a', le: '0.05' }),
    sample('request_seconds_bucket', 144320, { route: '/a', le: '+Inf' }),
    sample('request_seconds_sum', 53423, { route: '/a' }),
    sample('request_seconds_count', 144320, { route: '/a' }),
  ]);
});

test('what stands behind # EOF is not read, nor what is not wanted', () => {
  expect(readMetrics('a 1\nb 2\n# EOF\na 3\n', (name) => name === 'a')).toEqual({
    samples: [sample('a', 1)],
    faults: 0,
  });
});

describe('hostile pages', () => {
  test('samples and labels are bounded', () => {
    const many = readMetrics('a 1\n'.repeat(30_000));
    expect([many.samples.length, many.faults]).toEqual([20_000, 10_000]);
    const labels = Array.from({ length: 100 }, (_, index) => `l${index}="v"`).join(',');
    expect(readMetrics(`a{${labels}} 1`)).toEqual({ samples: [], faults: 1 });
  });

  test('a line without an end is left out, and the rest of a page beyond 8 MiB', () => {
    expect(readMetrics(`${'a'.repeat(70_000)} 1\nb 2`)).toEqual({ samples: [sample('b', 2)], faults: 1 });
    expect(readMetrics(`${'#'.repeat(9 * 1024 * 1024)}\nb 2`)).toEqual({ samples: [], faults: 1 });
  });

  test('nothing throws, whatever stands there', () => {
    const piece = fc.constantFrom('a', '{', '}', '"', '\\', ',', '=', ' ', '\n', '#', '1', 'NaN', '\0', 'é');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const { samples, faults } = readMetrics(pieces.join(''));
        expect(samples.length + faults).toBeLessThanOrEqual(pieces.filter((one) => one === '\n').length + 1);
      }),
    );
  });

  test('what is written by the rules is read as it was', () => {
    const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,20}$/);
    const label = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,20}$/);
    const escaped = (text: string) => text.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`));
    // A line's end is \n; \r and what JavaScript takes for a line's end are text.
    const value = fc.string({
      unit: fc.constantFrom('a', ' ', '\\', '"', '\n', '}', ',', '#', '\r', '\u2028', 'ü'),
    });
    fc.assert(
      fc.property(name, fc.dictionary(label, value), fc.double(), (metric, labels, number) => {
        const inner = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
        const figure = Number.isNaN(number) ? 'NaN' : String(number).replace('Infinity', 'Inf');
        const { samples } = readMetrics(`${metric}{${inner.join(',')}} ${figure}\n`);
        expect(samples).toEqual([
          {
            name: metric,
            labels: new Map(Object.entries(labels)),
            value: Object.is(number, -0) ? 0 : number,
          },
        ]);
      }),
    );
  });
});
