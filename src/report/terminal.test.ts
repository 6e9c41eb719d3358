import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { renderTerminal } from './terminal.ts';
import { cut, textWidth, wrap } from './terminal-text.ts';
import { hostileAnalysis } from './testing/hostile-analysis.ts';
import { sampleAnalysis } from './testing/sample-analysis.ts';

const hostile = hostileAnalysis(sampleAnalysis);
const many = {
  ...sampleAnalysis,
  stages: Array.from({ length: 30 }, (_, at) => ({
    ...(sampleAnalysis.stages[at % 3] ?? bare()),
    stage: at + 1,
    users: at + 1,
  })),
};

function bare(): never {
  throw new Error('the sample has three stages');
}

describe('one screen', () => {
  test.each([
    ['the sample', sampleAnalysis, 80],
    ['thirty stages', many, 80],
    ['hostile texts', hostile, 80],
    ['a wide screen', sampleAnalysis, 160],
  ])('%s', (_, analysis, width) => {
    const lines = renderTerminal(analysis, { colour: false, width }).split('\n');
    expect(lines.length).toBeLessThanOrEqual(46);
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
  });
  test('a narrow one', () => {
    for (const line of renderTerminal(hostile, { colour: false, width: 40 }).split('\n'))
      expect(textWidth(line)).toBeLessThanOrEqual(44);
  });
});

test('colours are control codes around the same text', () => {
  const coloured = renderTerminal(sampleAnalysis, { colour: true, width: 80 });
  expect(coloured).toContain('\u001b[31m✗\u001b[0m');
  expect(stripVTControlCharacters(coloured)).toBe(
    renderTerminal(sampleAnalysis, { colour: false, width: 80 }),
  );
});

describe('text', () => {
  test.each([
    ['plain', 'abc', 3],
    ['wide', '東京', 4],
    ['emoji', '😀', 2],
    ['combining', 'e\u0301', 1],
  ])('width: %s', (_, text, width) => expect(textWidth(text)).toBe(width));
  test('cut to a width', () => expect(cut('東京都庁', 5)).toBe('東京…'));
  test('wrapped', () => expect(wrap('one two three', 8, 3)).toEqual(['one two', 'three']));
  test('too long, one sentence: an ellipsis', () =>
    expect(wrap('one two three four', 8, 2)).toEqual(['one two', 'three f…']));
});

test('a text that is too long ends after the last whole sentence that fits', () =>
  expect(wrap('One two. Three four five six.', 10, 2)).toEqual(['One two.']));
