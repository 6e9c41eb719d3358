import type { ChecklistRow } from './checklist.ts';
import type { Interval, MeasuredEffect, OverloadFigures, StageFigures } from './figures.ts';
import { comparedSeconds, readyUsers } from './measuring-plan.ts';
import type { Proof, ProvenRemedy } from './proof.ts';
import { limited, overloadRate } from './remedy.ts';
import { staticSection } from './static-section.ts';

/** The proof as Markdown. */
export function proofDocument(proof: Proof): string {
  const { baseline, together, remedies, diagnosed, overload } = proof;
  const met = (rows: readonly ChecklistRow[]) => `${rows.filter((row) => row.met).length} of ${rows.length}`;
  return `${[
    '# What the remedies brought',
    `Made by \`loadline lab prove\` on ${proof.when.slice(0, 10)} in ${proof.minutes.toFixed(0)} minutes: ${proof.machine}. Every figure is of that run; the load was made and judged by Loadline.`,
    `**Readiness: ${met(baseline.checklist)} before, ${met(together.checklist)} with all remedies together.**`,
    '## Readiness before and after',
    table(
      ['Requirement', 'Target', 'Baseline', '', 'All together', '', 'Known by'],
      together.checklist.map((after, at) => {
        const before = baseline.checklist[at];
        return [
          after.requirement,
          after.target,
          before?.current ?? '',
          tick(before?.met === true),
          after.current,
          tick(after.met),
          after.basis,
        ];
      }),
    ),
    'The users pause one to three seconds between requests. *Measured*: from the load; *observed*: a probe saw it, whatever the configuration says.',
    '## The load, before and after',
    stageTable('Baseline', baseline.stages),
    stageTable('All together', together.stages),
    '## What Loadline said of the baseline by itself',
    `${diagnosed.statement}`,
    bullets(diagnosed.findings),
    'What it recommends:',
    bullets(diagnosed.recommendations),
    '## Each remedy by itself on the baseline',
    `At ${readyUsers} users. *Predicted*: throughput, by \`loadline what-if\` on the baseline's run, before the remedy was tried. *Measured*: by \`loadline compare\` of a run of ${comparedSeconds} s each against ${baselineText(proof.compared.baselines)}, with 95 % intervals. *Inconclusive*: \`compare\` does not vouch for a change, be it that the interval holds none, or that among so many lines one like it comes by chance.`,
    table(
      [
        'Remedy',
        'Predicted throughput',
        'Measured throughput',
        'Measured average time',
        'Prediction',
        'Memory, processes',
      ],
      remedies.map((each) => [
        each.title,
        predictionText(each),
        factorText(each.effect.throughput?.change, each.effect.throughput?.verdict),
        changeText(each.effect.average?.change, each.effect.average?.verdict),
        outcomeText(each),
        footprintText(each, proof),
      ]),
    ),
    ...(proof.again === null
      ? []
      : [
          `The baseline against itself, the last of its runs against the others: throughput ${changeText(proof.again.throughput?.change, proof.again.throughput?.verdict)}, average time ${changeText(proof.again.average?.change, proof.again.average?.verdict)}. What is not larger than that is nothing.`,
        ]),
    ...(proof.unmeasured.length === 0
      ? []
      : [
          `Not measured: ${proof.unmeasured.map(({ title, because }) => `${title} (${because})`).join('; ')}.`,
        ]),
    '### What each costs',
    bullets(remedies.map(({ title, cost }) => `${title}: ${cost}.`)),
    '### What the predictions rest on',
    bullets(remedies.map((each) => `${each.title}: ${modelText(each)}.`)),
    '## Static resources',
    staticSection(proof),
    `## The production limit: ${overloadRate} requests/s on the baseline`,
    `Open model: arrivals come whatever became of those before. With the limit, HAProxy lets ${limited.maxInFlight} requests in at a time, ${limited.rateLimit} a second from one client, and a request waits at most ${limited.queueTimeoutMs} ms; the rest is answered 429 or 503 with Retry-After.`,
    table(
      ['', 'Accepted/s', 'Average', 'p95', 'Refused or failed'],
      [
        ['Without a limit', ...overloadCells(overload.without)],
        ['Limited', ...overloadCells(overload.limited)],
      ],
    ),
  ].join('\n\n')}\n`;
}

function stageTable(title: string, stages: readonly StageFigures[]): string {
  const rows = stages.map((stage) => [
    String(stage.users),
    stage.rate.toFixed(1),
    ms(stage.averageMs),
    ms(stage.p95Ms),
    `${stage.failed} of ${stage.requests}`,
    stage.slaShare === null ? 'not known' : percent(stage.slaShare),
    stage.validity,
  ]);
  return `${title}:\n\n${table(['Users', 'Requests/s', 'Average', 'p95', 'Failed', 'SLA held', 'Measurement'], rows)}`;
}

function predictionText({ predicted }: ProvenRemedy): string {
  if (predicted === null) return 'the run holds no basis';
  if (typeof predicted === 'string') return 'no model';
  const { low, high, expectedRate } = predicted;
  const range = high === null ? `≥ ${low.toFixed(2)} ×` : `${low.toFixed(2)} to ${high.toFixed(2)} ×`;
  return expectedRate === null ? range : `${range}, expected ${expectedRate.toFixed(1)}/s`;
}

/** Whether the measured interval meets the predicted one. */
export function outcomeText({ predicted, effect }: Pick<ProvenRemedy, 'predicted' | 'effect'>): string {
  const change = effect.throughput?.change;
  if (predicted === null || typeof predicted === 'string' || change === undefined) return '';
  if (change.low === null || change.high === null) return 'not decided';
  const [low, high] = [1 + change.low, 1 + change.high];
  if (high < predicted.low) return 'brought less';
  return predicted.high !== null && low > predicted.high ? 'brought more' : 'came true';
}

function modelText({ predicted, assumes }: ProvenRemedy): string {
  if (predicted === null) return 'the run holds no basis for a prediction';
  if (typeof predicted === 'string') return `no model: ${predicted}`;
  return `${predicted.model}${assumes === null ? '' : `; assumed: ${assumes}`}`;
}

function footprintText({ footprint }: ProvenRemedy, { compared }: Proof): string {
  const processes = footprint.processes - compared.footprint.processes;
  const more = `${processes >= 0 ? '+' : '−'}${Math.abs(processes)} processes`;
  if (footprint.bytes === null || compared.footprint.bytes === null) return more;
  const mebibytes = Math.round((footprint.bytes - compared.footprint.bytes) / 2 ** 20);
  return `${mebibytes >= 0 ? '+' : '−'}${Math.abs(mebibytes)} MiB, ${more}`;
}

type Verdict = NonNullable<MeasuredEffect['throughput']>['verdict'];

function changeText(change: Interval | undefined, verdict: Verdict | undefined): string {
  if (change === undefined) return 'not compared';
  const { value, low, high } = change;
  const range = low === null || high === null ? '' : ` (${signed(low)} to ${signed(high)})`;
  return `${signed(value)}${range}${verdictText(verdict)}`;
}

function factorText(change: Interval | undefined, verdict: Verdict | undefined): string {
  if (change === undefined) return 'not compared';
  const { value, low, high } = change;
  const range = low === null || high === null ? '' : ` (${(1 + low).toFixed(2)} to ${(1 + high).toFixed(2)})`;
  return `${(1 + value).toFixed(2)} ×${range}${verdictText(verdict)}`;
}

function verdictText(verdict: Verdict | undefined): string {
  return verdict === undefined ? '' : `, ${verdict}`;
}

function baselineText(count: number): string {
  return count === 1
    ? 'one of the baseline'
    : `${count} of the baseline, made before, between and after them`;
}

function overloadCells(figures: OverloadFigures): readonly string[] {
  const failures = Object.entries(figures.failures).map(([name, count]) => `${name}: ${count}`);
  return [
    figures.acceptedRate.toFixed(1),
    figures.acceptedAverageMs === null ? 'none' : ms(figures.acceptedAverageMs),
    figures.acceptedP95Ms === null ? 'none' : ms(figures.acceptedP95Ms),
    failures.length === 0 ? 'none' : `${failures.join(', ')} of ${figures.requests}`,
  ];
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function bullets(items: readonly string[]): string {
  return items.length === 0 ? '- none' : items.map((item) => `- ${item}`).join('\n');
}

function tick(met: boolean): string {
  return met ? '✓' : '✗';
}

function ms(value: number): string {
  return `${Math.round(value).toLocaleString('en')} ms`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

function signed(share: number): string {
  return `${share >= 0 ? '+' : '−'}${Number(Math.abs(share * 100).toPrecision(3)).toLocaleString('en')} %`;
}
