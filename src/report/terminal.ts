import type { Analysis, Estimate } from '../analyse/analysis.ts';
import { verdictTitle } from './document/bottlenecks.ts';
import { endsOf, headlineOf } from './document/breaking-point.ts';
import type { Tone } from './document/document.ts';
import { extremes } from './document/endpoints.ts';
import { predictedRange } from './document/recommendations.ts';
import { change, figure, instant, ms, number, percent, range, rate } from './format.ts';
import { headline } from './plain.ts';
import { stageNames } from './stage-names.ts';
import { columns, cut, styles, textWidth, wrap } from './terminal-text.ts';
import {
  metTone,
  readinessTone,
  readinessWord,
  statusTone,
  validityTone,
  validityWord,
  verdictTone,
} from './tones.ts';

export type TerminalOptions = {
  /** Colours by control codes; without, not one control code is written. */
  readonly colour: boolean;
  /** Characters of a line; 40 to 200. */
  readonly width: number;
};

const mostStages = 8;
const mostEndpoints = 3;
const mostAdvice = 3;

/** The analysis on one screen: at most about forty lines. */
export function renderTerminal(analysis: Analysis, options: TerminalOptions): string {
  const width = Math.min(200, Math.max(40, Math.floor(options.width)));
  const style = styles(options.colour);
  const { summary, run } = analysis;
  const place = [run.name, summary.target, instant(summary.when)].join(' · ');
  const parts: readonly (readonly string[])[] = [
    [style.quiet(cut(place, width)), ...signed(style, verdictTone(analysis), summary.verdict, width, 3)],
    validity(analysis, style, width),
    stages(analysis, style, width),
    breakingPoint(analysis, style, width),
    endpoints(analysis, style, width),
    diagnosis(analysis, style, width),
    recommendations(analysis, style, width),
    readiness(analysis, style, width),
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}

type Style = ReturnType<typeof styles>;

const signs: Readonly<Record<Tone, string>> = {
  good: '✓',
  warning: '!',
  bad: '✗',
  unknown: '?',
  neutral: '·',
};

/** `✗ text`, wrapped, its lines after the first indented. */
function signed(style: Style, tone: Tone, text: string, width: number, most: number): readonly string[] {
  return wrap(text, width - 2, most).map((line, at) =>
    at === 0 ? `${style.tone(tone, signs[tone])} ${style.strong(line)}` : `  ${style.strong(line)}`,
  );
}

function titled(style: Style, title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [style.strong(title), ...lines];
}

function validity(analysis: Analysis, style: Style, width: number): readonly string[] {
  const { overall, statement } = analysis.validity;
  const tone = validityTone(overall);
  const text = `Measurement ${validityWord(overall)}: ${statement}`;
  return wrap(text, width - 2, 3).map((line, at) =>
    at === 0 ? `${style.tone(tone, signs[tone])} ${line}` : `  ${line}`,
  );
}

function stages(analysis: Analysis, style: Style, width: number): readonly string[] {
  const names = stageNames(analysis);
  const all = analysis.stages;
  const shown = all.length <= mostStages + 1 ? all : [...all.slice(0, 2), ...all.slice(2 - mostStages)];
  const rows = shown.map((stage) => {
    const pass = analysis.sla.passRate.find((each) => each.stage === stage.stage);
    const held = pass === undefined || pass.checked === 0 ? null : pass.passed === pass.checked;
    const sla =
      pass === undefined || pass.checked === 0
        ? '–'
        : `${signs[metTone(held)]} ${pass.passed}/${pass.checked}`;
    return [
      { text: names.short(stage.stage) },
      { text: rate(stage.rate?.value) },
      { text: ms(stage.responseTime?.p50) },
      { text: ms(stage.responseTime?.p95) },
      { text: percent(stage.errors), tone: stage.failed > 0 ? ('bad' as const) : undefined },
      { text: figure(stage.inFlight) },
      { text: sla, tone: held === null ? undefined : metTone(held) },
      {
        text:
          stage.validity === 'valid'
            ? ''
            : `${signs[validityTone(stage.validity)]} ${validityWord(stage.validity)}`,
        tone: validityTone(stage.validity),
      },
    ];
  });
  const head = [
    names.unit === 'users' ? 'users' : names.unit === 'stage' ? 'stage' : 'asked/s',
    'rate',
    'p50',
    'p95',
    'errors',
    'in flight',
    'SLA held',
    '',
  ];
  const left = all.length - shown.length;
  return [
    ...columns(head, rows, style, width),
    ...(left === 0 ? [] : [style.quiet(`  ${number(left)} stages between them are in the report`)]),
  ];
}

function breakingPoint(analysis: Analysis, style: Style, width: number): readonly string[] {
  const { capacity } = analysis;
  const line = (name: string, estimate: Estimate): readonly string[] => {
    const label = name.padEnd(22);
    if (estimate.state === 'insufficient-evidence')
      return wrap(estimate.statement, width - 24, 3).map(
        (text, at) => `  ${at === 0 ? label : ' '.repeat(22)}${style.quiet(text)}`,
      );
    const head = headlineOf(estimate);
    const range = endsOf(estimate);
    const ends = range === null ? 'no interval' : range === head ? 'between stages' : range;
    return [
      `  ${label}${style.strong(head)}  ${cut(`${ends}, ${estimate.confidence} confidence`, width - 40)}`,
    ];
  };
  const limit = capacity.recommendedLimit;
  return titled(style, 'Breaking point', [
    ...line('throughput knee', capacity.knee),
    ...line('highest within SLA', capacity.sla),
    ...line('failures begin', capacity.errors),
    ...(limit === null ? [] : wrap(limit.statement, width - 2, 2).map((text) => `  ${text}`)),
  ]);
}

function endpoints(analysis: Analysis, style: Style, width: number): readonly string[] {
  const { worst } = extremes(analysis);
  const shown = worst.slice(0, mostEndpoints);
  const room = Math.max(16, Math.min(34, width - 44));
  const name = Math.min(room, Math.max(0, ...shown.map((endpoint) => textWidth(cut(endpoint.name, room)))));
  return titled(
    style,
    'Worst endpoints',
    shown.map((endpoint) => {
      const found = endpoint.degradation;
      const ends = range(found?.change.low, found?.change.high, change);
      const tone = statusTone(endpoint.status);
      const left = width - name - 17;
      const figures = `${found?.statistic ?? ''} ${ms(found?.from)} → ${ms(found?.to)}`;
      const whole = ends === null ? figures : `${figures} (${ends})`;
      const label = cut(endpoint.name, name);
      const padded = label + ' '.repeat(Math.max(0, name - textWidth(label)));
      return `  ${style.tone(tone, signs[tone])} ${padded}  ${change(found?.change.value).padStart(9)}  ${textWidth(whole) <= left ? whole : cut(figures, left)}`;
    }),
  );
}

function diagnosis(analysis: Analysis, style: Style, width: number): readonly string[] {
  const { findings, undecided, verdict, statement } = analysis.diagnosis;
  const lines = [
    ...findings.slice(0, 3).map((each) => ['bad', `${each.title} (${each.confidence} confidence)`] as const),
    ...undecided.slice(0, 2).map((each) => ['unknown', `${each.title} (undecided)`] as const),
  ];
  const body =
    lines.length === 0
      ? wrap(statement, width - 2, 3).map((text) => `  ${text}`)
      : lines.flatMap(([tone, text]) =>
          wrap(text, width - 4, 2).map((each, at) =>
            at === 0 ? `  ${style.tone(tone, signs[tone])} ${each}` : `    ${each}`,
          ),
        );
  return titled(style, lines.length === 0 ? verdictTitle(verdict) : 'Diagnosis', body);
}

function recommendations(analysis: Analysis, style: Style, width: number): readonly string[] {
  const order = ['critical', 'high', 'medium', 'low'];
  const sorted = [...analysis.recommendations.entries()].sort(
    ([i, a], [j, b]) => order.indexOf(a.priority) - order.indexOf(b.priority) || i - j,
  );
  const shown = sorted.slice(0, mostAdvice).map(([, each]) => each);
  const left = sorted.length - shown.length;
  return titled(
    style,
    left > 0 ? `Recommendations (${shown.length} of ${number(sorted.length)})` : 'Recommendations',
    [
      ...shown.flatMap((each, at) => [
        ...wrap(`[${each.priority}] ${headline(each.action).first}`, width - 5, 2).map(
          (text, line) => `  ${line === 0 ? `${at + 1}.` : '  '} ${text}`,
        ),
        ...(each.effect === null
          ? []
          : [`     ${style.quiet(cut(`predicted: ${predictedRange(each.effect)}`, width - 5))}`]),
      ]),
    ],
  );
}

function readiness(analysis: Analysis, style: Style, width: number): readonly string[] {
  const { state, met, total, rows } = analysis.readiness;
  if (total === 0) return [];
  const tone = readinessTone(state);
  const open = rows.filter((row) => row.met !== true).map((row) => row.requirement);
  const text = `${readinessWord(state)}: ${met} of ${total} requirements met${open.length === 0 ? '' : `; open: ${open.join(', ')}`}`;
  return wrap(text, width - 2, 2).map((line, at) =>
    at === 0 ? `${style.tone(tone, signs[tone])} ${line}` : `  ${line}`,
  );
}
