import type { CurvePoint, Prediction } from '../../analyse/what-if/prediction.ts';
import { times } from '../../analyse/words.ts';
import { figure, ms, number, rate } from '../format.ts';
import { plain } from '../plain.ts';
import type { TerminalOptions } from '../terminal.ts';
import { columns, cut, styles, wrap } from '../terminal-text.ts';
import { endsInWords, orUnknown } from './words.ts';

/** The prediction on one screen: the statement, measured and predicted beside each other, and how it was told. */
export function renderPredictionTerminal(prediction: Prediction, options: TerminalOptions): string {
  const width = Math.min(200, Math.max(40, Math.floor(options.width)));
  const style = styles(options.colour);
  const { title, run, statement, needed, curve, steps, assumptions } = prediction;
  const known = prediction.state === 'predicted';
  const wrapped = (text: string): readonly string[] => wrap(text, width, 6);
  const parts: readonly (readonly string[])[] = [
    [
      style.quiet(cut(`${run.name} · ${run.target}`, width)),
      style.strong(cut(title, width)),
      ...wrapped(`${known ? '' : 'Not enough evidence: '}${statement}`),
      ...(needed === null ? [] : wrapped(`Needed: ${needed}`)),
    ],
    curve.length === 0 ? [] : measuredAndPredicted(curve, style, width),
    curve.length === 0 ? [] : bars(curve, style, width),
    steps.length === 0
      ? []
      : [
          style.strong('By which model'),
          ...steps.flatMap((step) => [
            `  ${cut(`${step.model}: ${step.formula}`, width - 2)}`,
            ...wrap(step.figures, width - 4, 3).map((line) => `    ${style.quiet(plain(line))}`),
          ]),
        ],
    prediction.basis === null
      ? []
      : [
          style.strong('What it rests on'),
          ...prediction.basis.statements.flatMap((text) =>
            wrap(text, width - 2, 3).map((line) => `  ${line}`),
          ),
        ],
    assumptions.length === 0
      ? []
      : [
          style.strong('What is assumed'),
          ...assumptions.flatMap((text) =>
            wrap(text, width - 4, 3).map((line, at) => `${at === 0 ? '  · ' : '    '}${line}`),
          ),
        ],
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}

type Style = ReturnType<typeof styles>;

function measuredAndPredicted(curve: readonly CurvePoint[], style: Style, width: number): readonly string[] {
  const modelled = curve.some((p) => p.rate.expected !== null);
  const head = ['users', 'rate', 'predicted', 'gain', 'average', 'predicted', modelled ? 'expected' : ''];
  return columns(
    head,
    curve.map(({ users, measured, rate: to, responseTime, gain }) => [
      { text: number(users) },
      { text: orUnknown(measured, (m) => rate(m.rate.value)) },
      { text: endsInWords(to, figure, '/s') },
      { text: orUnknown(gain, (g) => endsInWords(g, times)) },
      { text: orUnknown(measured, (m) => ms(m.responseTime)) },
      { text: endsInWords(responseTime, figure, 'ms') },
      { text: modelled ? orUnknown(to.expected, rate) : '' },
    ]),
    style,
    width,
  );
}

/** Throughput as bars: `█` measured, `░` up to the predicted upper end, `│` what the model expects. */
function bars(curve: readonly CurvePoint[], style: Style, width: number): readonly string[] {
  const top = Math.max(...curve.map((p) => p.rate.high ?? p.measured?.rate.value ?? p.rate.low));
  const label = Math.max(...curve.map((p) => number(p.users).length)) + 2;
  const room = Math.max(10, width - label - 14);
  const at = (value: number) => Math.round((value / top) * room);
  return [
    style.strong('Requests per second') + style.quiet('   █ measured   ░ predicted, from low to high'),
    ...curve.map(({ users, measured, rate: to }) => {
      const solid = at(measured?.rate.value ?? 0);
      const from = at(to.low);
      const end = to.high === null ? room : at(to.high);
      let bar = '';
      for (let i = 0; i < Math.max(solid, end, 1); i += 1) {
        bar +=
          to.expected !== null && i === at(to.expected) - 1 && i >= solid ? '│' : mark(i, solid, from, end);
      }
      return `${number(users).padStart(label - 1)} ${bar} ${to.high === null ? `${figure(to.low)} …` : figure(to.high)}`;
    }),
  ];
}

function mark(at: number, solid: number, from: number, end: number): string {
  if (at < solid) return at >= end ? '▒' : '█';
  return at >= from && at < end ? '░' : ' ';
}
