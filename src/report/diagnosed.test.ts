import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { analysisSchema } from '../analyse/analysis.ts';
import { renderReport } from './report.ts';
import { diagnosedAnalysis } from './testing/diagnosed-analysis.ts';

const goldens = join(import.meta.dirname, '..', '..', 'test', 'golden');
const analysis = diagnosedAnalysis();

describe('a diagnosis of a simulated pool of eight', () => {
  test('follows the schema, and names the pool', () => {
    expect(() => analysisSchema.parse(analysis)).not.toThrow();
    expect(analysis.diagnosis.findings.map(({ cause }) => cause)).toContain('connection-pool');
  });

  /** `UPDATE_GOLDEN=1 npx vitest run src/report` writes them anew: then read the difference before you commit it. */
  test.each([
    ['diagnosed.md', 'md'],
    ['diagnosed.txt', 'terminal'],
  ] as const)('%s', (file, format) => {
    const path = join(goldens, file);
    const text = renderReport(analysis, format);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text);
    expect(text).toBe(readFileSync(path, 'utf8'));
  });

  test('HTML: the charts of its evidence stand behind its finding', () => {
    const { document } = parseHTML(renderReport(analysis, 'html'));
    const titles = [...document.querySelectorAll('#bottlenecks figure h3')].map((each) => each.textContent);
    expect(titles.slice(0, 2)).toEqual([
      'What waits together: the delay of one endpoint while another is under load',
      'Each endpoint alone',
    ]);
    expect(document.querySelector('article.card.bad + figure')).not.toBeNull();
  });

  test('no figure is no number, nothing is undefined', () => {
    for (const format of ['md', 'html', 'terminal', 'junit'] as const)
      expect(renderReport(analysis, format)).not.toMatch(/undefined|NaN|\[object|Infinity/);
  });
});
