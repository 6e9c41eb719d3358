import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { type Comparison, comparisonSchema } from '../../analyse/compare/comparison.ts';
import { changesChart } from '../charts/changes.ts';
import { hostile } from '../testing/hostile-analysis.ts';
import { controlCharacters, tagsIn, withoutCode } from '../testing/markup.ts';
import { sampleComparison } from '../testing/sample-comparison.ts';
import { comparisonFormats, renderComparison } from './report.ts';
import { renderComparisonTerminal } from './terminal.ts';

const goldens = join(import.meta.dirname, '..', '..', '..', 'test', 'golden');
const evil = hostile(sampleComparison, comparisonSchema);
const nothing: Comparison = {
  ...sampleComparison,
  verdict: 'nothing-compared',
  counts: { regressed: 0, improved: 0, equivalent: 0, inconclusive: 0 },
  stages: [],
  lines: [],
  warnings: [],
};
const terminal = (comparison: Comparison, width = 80) =>
  renderComparisonTerminal(comparison, { colour: false, width });

/** `UPDATE_GOLDEN=1 npx vitest run src/report` writes them anew: then read the difference before you commit it. */
function golden(file: string, text: string): void {
  const path = join(goldens, file);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(goldens, { recursive: true });
    writeFileSync(path, text);
  }
  expect(text).toBe(readFileSync(path, 'utf8'));
}

describe('the reports of a comparison are those of the golden files', () => {
  test('comparison.md', () => golden('comparison.md', renderComparison(sampleComparison, 'md')));
  test('comparison.html', () => golden('comparison.html', renderComparison(sampleComparison, 'html')));
  test('comparison.txt', () => golden('comparison.txt', terminal(sampleComparison)));
});

describe('the sample', () => {
  test('follows the schema', () => expect(() => comparisonSchema.parse(sampleComparison)).not.toThrow());
  test('holds every verdict', () => {
    for (const count of Object.values(sampleComparison.counts)) expect(count).toBeGreaterThan(0);
  });
});

describe('the same comparison gives the same bytes', () => {
  const again = comparisonSchema.parse(JSON.parse(renderComparison(sampleComparison, 'json')));
  test.each(comparisonFormats)('%s', (format) => {
    expect(renderComparison(again, format)).toBe(renderComparison(sampleComparison, format));
  });
});

describe('nothing compared, nothing invented', () => {
  test.each([
    ['md', renderComparison(nothing, 'md')],
    ['html', renderComparison(nothing, 'html')],
    ['json', renderComparison(nothing, 'json')],
    ['terminal', terminal(nothing)],
  ])('%s', (_, text) => expect(text).not.toMatch(/undefined|NaN|\[object|Infinity/));
  test('the chart says why there is none', () =>
    expect(changesChart(nothing)).toMatchObject({
      kind: 'omitted',
      because: 'no line has an interval of a relative change.',
    }));
});

describe('one screen', () => {
  test.each([40, 80, 200])('%d columns wide: no line is longer, at most 45 of them', (width) => {
    const rows = terminal({ ...sampleComparison, differences: ['The mix: a 1 % → 2 %.'] }, width).split('\n');
    expect(rows.length).toBeLessThanOrEqual(width === 40 ? 90 : 45);
    for (const row of rows) expect([...row].length, row).toBeLessThanOrEqual(width);
  });
});

describe('nothing of the target or the plan becomes markup', () => {
  test('HTML', () => {
    const own = tagsIn(renderComparison(sampleComparison, 'html'));
    const text = renderComparison(evil, 'html');
    for (const tag of tagsIn(text)) expect(own).toContain(tag);
    const { document } = parseHTML(text);
    expect(document.querySelectorAll('script, iframe, object, embed, base, form, link').length).toBe(0);
    for (const element of document.querySelectorAll('*'))
      for (const { name } of element.attributes) expect(name).not.toMatch(/^on|^src$|^style$|^formaction$/i);
  });
  test('Markdown', () => {
    const text = renderComparison(evil, 'md');
    expect(text).not.toMatch(controlCharacters);
    for (const tag of tagsIn(withoutCode(text))) expect(['details', 'summary']).toContain(tag);
  });
  test('terminal', () => expect(terminal(evil)).not.toMatch(controlCharacters));
});

describe('the HTML report stands alone', () => {
  const html = renderComparison(sampleComparison, 'html');
  test('it asks for nothing', () =>
    expect(html.replaceAll('http://127.0.0.1:3000', '')).not.toMatch(
      /https?:|url\((?!#)|@import|<link|<script/,
    ));
  test('each drawing has words, each id is one of a kind, no heading skips a level', () => {
    const { document } = parseHTML(html);
    const drawings = document.querySelectorAll('svg[role=img]');
    expect(drawings.length).toBe(2);
    for (const svg of drawings) expect(svg.querySelector('desc')?.textContent).toContain('POST /posts');
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    let level = 1;
    for (const heading of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
      const own = Number(heading.tagName.slice(1));
      expect(own - level).toBeLessThanOrEqual(1);
      level = own;
    }
  });
});
