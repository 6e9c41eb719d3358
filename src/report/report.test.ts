import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { type Analysis, analysisSchema } from '../analyse/analysis.ts';
import { lowerBoundMethod } from '../analyse/capacity/sla-trials.ts';
import { plain } from './plain.ts';
import { renderReport, reportFileName, reportFormats } from './report.ts';
import { hostileAnalysis, hostileText } from './testing/hostile-analysis.ts';
import { controlCharacters, tagsIn, withoutCode } from './testing/markup.ts';
import { sampleAnalysis } from './testing/sample-analysis.ts';
import { searchedAnalysis } from './testing/sample-search.ts';

const hostile = hostileAnalysis(searchedAnalysis);
const goldens = join(import.meta.dirname, '..', '..', 'test', 'golden');

/** No stage, no endpoint, no promise: an interrupted run before its first second. */
const bare: Analysis = {
  ...sampleAnalysis,
  run: { ...sampleAnalysis.run, state: 'interrupted' },
  summary: {
    ...sampleAnalysis.summary,
    endpoints: 0,
    stages: [],
    requests: { total: 0, ok: 0, failed: 0 },
    keyFindings: [],
  },
  validity: { overall: 'invalid', statement: 'Nothing was measured.', stages: [] },
  stages: [],
  capacity: {
    ...sampleAnalysis.capacity,
    knee: { state: 'insufficient-evidence', statement: 'No stage.', needed: 'a run' },
    sla: { state: 'insufficient-evidence', statement: 'No stage.', needed: 'a run' },
    models: [],
    recommendedLimit: null,
    statements: [],
    cautions: [],
  },
  endpoints: [],
  distribution: { stages: [], insights: [] },
  timeline: [],
  sla: { checks: [], passRate: [], held: null, verdict: 'Nothing was promised.', notes: [] },
  groups: [],
  diagnosis: { verdict: 'invalid', statement: 'No valid stage.', findings: [], undecided: [] },
  recommendations: [],
  readiness: { state: 'unknown', met: 0, total: 0, rows: [], statement: 'Nothing was required.' },
  nextSteps: [],
  conclusion: [],
  methodology: {
    ...sampleAnalysis.methodology,
    stages: [],
    mix: [],
    generator: {},
    differsFrom: null,
    statements: [],
  },
};

/** `UPDATE_GOLDEN=1 npx vitest run src/report` writes them anew: then read the difference before you commit it. */
function golden(file: string, text: string): void {
  const path = join(goldens, file);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(goldens, { recursive: true });
    writeFileSync(path, text);
  }
  expect(text).toBe(readFileSync(path, 'utf8'));
}

describe('the reports are those of the golden files', () => {
  test.each([
    ['sample.md', sampleAnalysis, 'md'],
    ['sample.html', sampleAnalysis, 'html'],
    ['sample.xml', sampleAnalysis, 'junit'],
    ['sample.txt', sampleAnalysis, 'terminal'],
    ['searched.md', searchedAnalysis, 'md'],
    ['searched.html', searchedAnalysis, 'html'],
    ['searched.txt', searchedAnalysis, 'terminal'],
    ['hostile.md', hostile, 'md'],
    ['hostile.xml', hostile, 'junit'],
    ['hostile.txt', hostile, 'terminal'],
  ] as const)('%s', (file, analysis, format) => golden(file, renderReport(analysis, format)));
});

describe('the fixtures are what they claim', () => {
  test.each([
    ['the sample', sampleAnalysis],
    ['the sample after a search', searchedAnalysis],
  ])('%s follows the schema', (_, analysis) => expect(() => analysisSchema.parse(analysis)).not.toThrow());
  test('the hostile one is hostile wherever a text is free', () => {
    const text = JSON.stringify(hostile);
    expect(text.split('alert(1)').length).toBeGreaterThan(200);
    expect(hostile.endpoints[0]?.name).toBe(hostileText);
    expect(hostile.sla.checks[0]?.endpoint).toBe(hostileText);
    expect(Object.values(hostile.methodology.generator)).toContain(hostileText);
  });
});

describe('the same analysis gives the same bytes', () => {
  test.each(reportFormats)('%s', (format) => {
    const again: Analysis = analysisSchema.parse(JSON.parse(JSON.stringify(searchedAnalysis)));
    expect(renderReport(again, format)).toBe(renderReport(searchedAnalysis, format));
  });
});

test('each format has a file name of its own', () =>
  expect(reportFormats.map(reportFileName)).toEqual([
    'report.md',
    'report.html',
    'analysis.json',
    'junit.xml',
    'summary.txt',
  ]));

test('all formats survive an analysis that holds hardly anything', () => {
  for (const format of reportFormats) {
    const text = renderReport(bare, format);
    expect(text.endsWith('\n')).toBe(true);
    expect(text).not.toMatch(/undefined|NaN|\[object|Infinity/);
  }
});

describe('nothing of the target or the plan becomes markup', () => {
  const ownHtml = tagsIn(renderReport(searchedAnalysis, 'html'));
  const ownMarkdown = new Set(['details', 'summary']);

  /** An analysis with this text as each name that comes from outside. */
  const named = (text: string): Analysis => ({
    ...bare,
    run: { ...bare.run, name: text },
    summary: { ...bare.summary, target: text, verdict: text, keyFindings: [text] },
    endpoints: sampleAnalysis.endpoints.slice(0, 2).map((endpoint) => ({ ...endpoint, name: text })),
    sla: {
      ...sampleAnalysis.sla,
      checks: sampleAnalysis.sla.checks.slice(0, 2).map((check) => ({ ...check, endpoint: text })),
    },
  });

  const attack = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc
      .array(
        fc.constantFrom(
          '<',
          '>',
          '"',
          "'",
          '&',
          '`',
          '|',
          '\n',
          '\u0000',
          '\u001b[2J',
          '<script>',
          '</style>',
          ']]>',
          '-->',
          '\\',
          '*',
          '[x](y)',
          'onload=',
          ' ',
          '\u202e',
          '\ud800',
          '#1',
          '@a',
          'https://a.b',
          'a',
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join('')),
  );

  test('HTML: no tag, attribute or address that is not ours', () => {
    const check = (text: string): void => {
      for (const tag of tagsIn(text)) expect(ownHtml).toContain(tag);
      const { document } = parseHTML(text);
      expect(document.querySelectorAll('script, iframe, object, embed, base, form, link').length).toBe(0);
      for (const element of document.querySelectorAll('*'))
        for (const { name, value } of element.attributes) {
          expect(name).not.toMatch(/^on|^src$|^style$|^formaction$/i);
          if (name === 'href') expect(value).toMatch(/^#[a-z-]+$/);
        }
    };
    check(renderReport(hostile, 'html'));
    fc.assert(
      fc.property(attack, (text) => check(renderReport(named(text), 'html'))),
      { numRuns: 25 },
    );
  });

  test('HTML: the text itself is shown', () => {
    const { document } = parseHTML(renderReport(hostile, 'html'));
    expect(document.querySelector('h1')?.textContent).toBe(plain(hostileText));
  });

  test('Markdown: no tag outside code, no row with more cells than its head', () => {
    const check = (text: string): void => {
      expect(text).not.toMatch(controlCharacters);
      for (const tag of tagsIn(withoutCode(text))) expect(ownMarkdown).toContain(tag);
      let cells = 0;
      for (const line of text.split('\n')) {
        const own = line.startsWith('|') ? (line.match(/(?<!\\)(?:\\\\)*\|/g) ?? []).length : 0;
        if (cells > 0 && own > 0) expect(own, line).toBe(cells);
        cells = own;
      }
    };
    check(renderReport(hostile, 'md'));
    fc.assert(
      fc.property(attack, (text) => check(renderReport(named(text), 'md'))),
      { numRuns: 200 },
    );
  });

  test('JUnit: well formed, and the names come back as they are shown', () => {
    const check = (text: string): void => {
      expect(XMLValidator.validate(text)).toBe(true);
      expect(text).not.toMatch(controlCharacters);
    };
    check(renderReport(hostile, 'junit'));
    fc.assert(
      fc.property(attack, (text) => check(renderReport(named(text), 'junit'))),
      { numRuns: 200 },
    );
    const parsed = new XMLParser({
      ignoreAttributes: false,
      processEntities: true,
      htmlEntities: true,
      trimValues: false,
    }).parse(renderReport(named('a<b>&"\''), 'junit'));
    expect(parsed.testsuites['@_name']).toBe('loadline a<b>&"\'');
  });

  test('terminal: no control code', () => {
    const check = (text: string): void => {
      expect(text).not.toMatch(controlCharacters);
    };
    check(renderReport(hostile, 'terminal'));
    fc.assert(
      fc.property(attack, (text) => check(renderReport(named(text), 'terminal'))),
      { numRuns: 200 },
    );
  });
});

describe('the HTML report stands alone', () => {
  const html = renderReport(searchedAnalysis, 'html');
  test('its policy forbids everything but its own style', () =>
    expect(html).toContain(
      "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\"",
    ));
  test('it asks for nothing', () =>
    expect(html.replaceAll('http://127.0.0.1:3000', '')).not.toMatch(
      /https?:|url\((?!#)|@import|<link|<script/,
    ));
  test('each drawing has a title and a description, each id is one of a kind', () => {
    const { document } = parseHTML(html);
    for (const svg of document.querySelectorAll('svg[role=img]')) {
      expect(svg.querySelector('title')?.textContent?.length).toBeGreaterThan(5);
      expect(svg.querySelector('desc')?.textContent?.length).toBeGreaterThan(5);
    }
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });
  test('each section has its place in the contents, headings do not skip a level', () => {
    const { document } = parseHTML(html);
    const sections = [...document.querySelectorAll('main > section')].map((section) => `#${section.id}`);
    expect([...document.querySelectorAll('nav a')].map((link) => link.getAttribute('href'))).toEqual(
      sections,
    );
    let before = 1;
    for (const heading of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
      const level = Number(heading.tagName.slice(1));
      expect(level - before).toBeLessThanOrEqual(1);
      before = level;
    }
  });
});

describe('a highest rate within the SLA that is a lower bound', () => {
  const bounded: Analysis = {
    ...searchedAnalysis,
    capacity: {
      ...searchedAnalysis.capacity,
      sla: {
        state: 'estimated',
        ...{ estimate: 14, low: 14, high: null, confidence: 'medium', unit: 'requests/s', users: null },
        method: `${lowerBoundMethod} of 5 trials of Poisson arrivals`,
        rate: { value: 14, low: 14, high: null },
        statement: 'At least that.',
      },
    },
  };

  test.each([
    ['terminal', /highest within SLA +≥ 14\/s {2}open upwards, medium confidence/],
    ['md', /≥ 14\/s\*\* \| open upwards \| medium/],
    ['html', /Highest load within the SLA<\/dt><dd><b>≥ 14\/s<\/b><small>open upwards, medium/],
    ['html', /Shaded: the interval of the answer, 14\/s or more\./],
    ['json', /"estimate": 14,\s+"low": 14,\s+"high": null/],
  ] as const)('%s: %s', (format, shown) => {
    expect(renderReport(bounded, format)).toMatch(shown);
  });
});
