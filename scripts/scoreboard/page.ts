import type { Answer, SystemRecord } from './record.ts';
import {
  accused,
  blamesGenerator,
  causeScores,
  counts,
  falselyAccused,
  gainsOf,
  type Hit,
  hitOf,
  predictionsHeld,
  type Role,
  roleOf,
  type Share,
  shareOf,
  sizeOf,
} from './score.ts';

export type PageInput = {
  readonly records: readonly SystemRecord[];
  /** Tree of the rules that the held-out half is judged by; null: it was not begun. */
  readonly frozen: { readonly rules: string; readonly commit: string } | null;
  /** All kinds that there are. */
  readonly kinds: readonly string[];
  /** Markdown of what was measured on simulated systems; null: nothing. */
  readonly simulated: string | null;
};

type Way = keyof NonNullable<SystemRecord['answers']>;
const ways: readonly (readonly [Way, string])[] = [
  ['tool', 'Loadline'],
  ['withoutProbes', 'Loadline without its probes'],
  ['checklist', 'a checklist of thresholds'],
];

/** Systems whose label counts, with an answer in hand. */
type Judged = SystemRecord & { readonly answers: NonNullable<SystemRecord['answers']> };

/** docs/scoreboard.md, from the results alone: the same results give the same bytes. */
export function renderPage(input: PageInput): string {
  const { records, frozen, kinds } = input;
  const current = latest(records, frozen?.rules ?? null);
  const dev = current.filter(({ half }) => half === 'dev');
  const heldOut = current.filter(({ half }) => half === 'held-out');
  const section = (title: string, half: readonly SystemRecord[]) =>
    half.length === 0 ? `## ${title}\n\nNot run yet.\n` : halfSection(title, half);
  return [
    intro(current, frozen, kinds),
    section('Held-out half', heldOut),
    section('Development half', dev),
    `## Simulated systems\n\n${input.simulated ?? 'Not run yet: `npm run scoreboard -- --simulated`.\n'}`,
    reading,
  ].join('\n');
}

/** The last record of each system; of the held-out half only those by the frozen rules. */
export function latest(
  records: readonly SystemRecord[],
  frozenRules: string | null,
): readonly SystemRecord[] {
  const bySystem = new Map<string, SystemRecord>();
  for (const record of records) {
    if (record.half === 'held-out' && record.rules !== frozenRules) continue;
    bySystem.set(record.id, record);
  }
  return [...bySystem.values()].sort((a, b) =>
    a.systemKind < b.systemKind ? -1 : a.systemKind > b.systemKind ? 1 : a.seed - b.seed,
  );
}

function intro(
  current: readonly SystemRecord[],
  frozen: PageInput['frozen'],
  kinds: readonly string[],
): string {
  const ran = new Set(current.map(({ systemKind }) => systemKind));
  const missing = kinds.filter((kind) => !ran.has(kind));
  const dropped = current.filter((one) => !counts(one));
  const troubled = current.filter(({ answers }) => answers === null);
  const rules = [
    ...new Set(current.filter(({ half }) => half === 'dev').map((one) => one.rules.slice(0, 10))),
  ];
  return `# The scoreboard

How often is the diagnosis right? Real servers with planted faults ([test/ground-truth](../test/ground-truth/README.md)),
their parameters drawn from a seed, each judged by \`loadline diagnose\` as a user would run it. Made by
\`npm run scoreboard\` from [scoreboard.jsonl](scoreboard.jsonl); no figure is written by hand.

- **Systems run: ${current.length}** (${current.filter(({ half }) => half === 'dev').length} development, ${current.filter(({ half }) => half === 'held-out').length} held out), of ${ran.size} of the ${kinds.length} kinds, on ${[...new Set(current.map(({ stack }) => stack))].sort().join(', ') || 'no stack'}.
- Dropped, since taking their fault away changed neither throughput nor p95 by 20 % on this machine: ${dropped.length}${dropped.length === 0 ? '' : ` (${dropped.map(({ id }) => id).join(', ')})`}.
- Without an analysis: ${troubled.length}${troubled.length === 0 ? '' : ` (${troubled.map(({ id }) => id).join(', ')})`}.
- ${frozen === null ? 'The held-out half was not begun; no rules are frozen.' : `Rules frozen for the held-out half: tree \`${frozen.rules.slice(0, 10)}\` of \`src/analyse\`, commit \`${frozen.commit.slice(0, 10)}\`. Held-out systems that other rules judged are not counted.`}
- Rules of the development half: ${rules.length === 0 ? 'none' : rules.map((one) => `\`${one}\``).join(', ')}${rules.length > 1 ? ' (several: rows were measured while the rules were still made)' : ''}.
- Kinds that did not run: ${missing.length === 0 ? 'none' : missing.join(', ')}.
`;
}

function halfSection(title: string, all: readonly SystemRecord[]): string {
  const judged = all.filter((one): one is Judged => one.answers !== null && counts(one));
  return [
    `## ${title}`,
    '',
    `${judged.length} systems count. Shares with their 95 % Wilson interval.`,
    '',
    targets(judged),
    '### What the probes are worth',
    '',
    comparison(judged),
    '### First answer by planted cause',
    '',
    confusion(judged),
    '### By cause',
    '',
    byCause(judged),
    '### By kind of system',
    '',
    byKind(judged),
    '### Mistakes',
    '',
    mistakes(judged),
  ].join('\n');
}

const role = (judged: readonly Judged[], wanted: Role) => judged.filter((one) => roleOf(one) === wanted);

function targets(judged: readonly Judged[]): string {
  const healthy = role(judged, 'healthy');
  const single = role(judged, 'single');
  const outside = role(judged, 'outside');
  const generator = role(judged, 'generator');
  const falsely = (one: Judged) => falselyAccused(one, one.answers.tool).length > 0;
  const hit = (one: Judged, ...hits: readonly Hit[]) => hits.includes(hitOf(one, one.answers.tool));
  const pools = single.concat(role(judged, 'double')).flatMap((one) => {
    const size = one.truth.causes[0] === 'connection-pool' ? sizeOf(one, one.answers.tool) : null;
    return size === null ? [] : [size];
  });
  const limits = single.flatMap((one) => {
    const size = one.truth.causes[0] === 'connection-pool' ? null : sizeOf(one, one.answers.tool);
    return size === null || size.told === null ? [] : [Math.abs(size.told / size.truth - 1)];
  });
  const times = judged.map(({ diagnosisMs }) => diagnosisMs / 1000).sort((a, b) => a - b);
  const rows: readonly (readonly [string, string, string])[] = [
    ['false accusations on healthy systems', '0', text(shareOf(healthy, falsely))],
    ['false accusations on all systems', '0', text(shareOf(judged, falsely))],
    [
      'single faults: the cause is the first answer',
      '≥ 95 % (137 of 144)',
      text(shareOf(single, (one) => hit(one, 'right'))),
    ],
    ['single faults: the cause is named', '', text(shareOf(single, (one) => hit(one, 'right', 'named')))],
    [
      'single faults: nothing named',
      '≤ 10 %',
      text(shareOf(single, (one) => hit(one, 'undecided', 'abstained'))),
    ],
    [
      'double faults: the limit is the first answer',
      '',
      text(shareOf(role(judged, 'double'), (one) => hit(one, 'right'))),
    ],
    [
      'faults outside the table: nothing named',
      '≥ 90 %',
      text(shareOf(outside, (one) => accused(one.answers.tool).length === 0)),
    ],
    [
      'generator as the limit: flagged, and no other cause',
      'always',
      text(
        shareOf(
          generator,
          (one) => blamesGenerator(one.answers.tool) && accused(one.answers.tool).length === 0,
        ),
      ),
    ],
    [
      'pool size exact (m ≤ 16), of the pools named',
      '≥ 90 %',
      text(shareOf(pools, ({ truth, told }) => told === truth)),
    ],
    [
      'interval of the places served at once holds the size',
      '95 %',
      text(
        shareOf(
          pools.filter(({ covered }) => covered !== null),
          ({ covered }) => covered === true,
        ),
      ),
    ],
    ['limits (rate, in flight) told within 10 %', '', text(shareOf(limits, (error) => error <= 0.1))],
    ['predicted gain in throughput held what the remedy brought', '≥ 85 %', text(predictionsHeld(judged))],
    [
      'seconds a diagnosis took, median and longest',
      '≤ 240',
      times.length === 0
        ? '–'
        : `${Math.round(times[Math.floor(times.length / 2)] ?? 0)}, ${Math.round(times.at(-1) ?? 0)}`,
    ],
  ];
  return table(['', 'to reach', 'reached'], rows);
}

function comparison(judged: readonly Judged[]): string {
  const single = role(judged, 'single');
  return table(
    [
      '',
      'cause first',
      'cause named',
      'nothing named',
      'false accusations',
      'of them on healthy systems',
      'outside: nothing named',
    ],
    ways.map(([way, name]) => {
      const of = (one: Judged) => one.answers[way];
      const falsely = (one: Judged) => falselyAccused(one, of(one)).length > 0;
      return [
        name,
        text(shareOf(single, (one) => hitOf(one, of(one)) === 'right')),
        text(shareOf(single, (one) => ['right', 'named'].includes(hitOf(one, of(one))))),
        text(shareOf(single, (one) => ['undecided', 'abstained'].includes(hitOf(one, of(one))))),
        text(shareOf(judged, falsely)),
        text(shareOf(role(judged, 'healthy'), falsely)),
        text(shareOf(role(judged, 'outside'), (one) => accused(of(one)).length === 0)),
      ];
    }),
  );
}

function confusion(judged: readonly Judged[]): string {
  const truthOf = (one: Judged) =>
    one.truth.isOutside ? 'outside the table' : (one.truth.causes[0] ?? 'healthy');
  const firstOf = ({ found, verdict, undecided }: Answer) =>
    (found.find(({ cause }) => cause !== 'generator') ?? found[0])?.cause ??
    (verdict === 'unknown' && undecided.length > 0 ? 'undecided' : verdict);
  const rows = [...new Set(judged.map(truthOf))].sort();
  const columns = [...new Set(judged.map((one) => firstOf(one.answers.tool)))].sort();
  return table(
    ['planted', ...columns],
    rows.map((row) => [
      row,
      ...columns.map((column) => {
        const n = judged.filter((one) => truthOf(one) === row && firstOf(one.answers.tool) === column).length;
        return n === 0 ? '' : row === column ? `**${n}**` : String(n);
      }),
    ]),
  );
}

function byCause(judged: readonly Judged[]): string {
  return table(
    ['cause', 'recall', 'precision'],
    causeScores(judged, (one) => (one as Judged).answers.tool).map(({ cause, recall, precision }) => [
      `\`${cause}\``,
      text(recall),
      text(precision),
    ]),
  );
}

function byKind(judged: readonly Judged[]): string {
  const kinds = [...new Set(judged.map(({ systemKind }) => systemKind))];
  const hits: readonly Hit[] = ['right', 'named', 'beside', 'undecided', 'abstained', 'wrong'];
  return table(
    ['kind', 'systems', ...hits, 'median gain without the fault: throughput, p95'],
    kinds.map((kind) => {
      const those = judged.filter(({ systemKind }) => systemKind === kind);
      const gained = those.flatMap(({ effect }) => (effect === null ? [] : [gainsOf(effect)]));
      return [
        kind,
        String(those.length),
        ...hits.map((hit) => {
          const n = those.filter((one) => hitOf(one, one.answers.tool) === hit).length;
          return n === 0 ? '' : String(n);
        }),
        gained.length === 0
          ? ''
          : `${times(median(gained.map((one) => one.okRate)))}, ${times(median(gained.map((one) => one.p95)))}`,
      ];
    }),
  );
}

function mistakes(judged: readonly Judged[]): string {
  const wrong = judged.filter((one) => falselyAccused(one, one.answers.tool).length > 0);
  if (wrong.length === 0) return 'None: nothing was named that is not there.\n';
  return table(
    ['system', 'stack', 'planted', 'named and not there'],
    wrong.map((one) => [
      one.id,
      one.stack,
      one.truth.causes.join(', ') || (one.truth.isOutside ? 'outside the table' : 'healthy'),
      falselyAccused(one, one.answers.tool).join(', '),
    ]),
  );
}

const reading = `## How to read this

- *Right*: the planted cause is the first that is named; *named*: after another true one; *beside*: only something else that
  is true of the system and was not planted; *undecided*: nothing named, the cause among those that could not be told
  apart; *abstained*: nothing at all; *wrong*: something named that is not there.
- *Recall*: of the systems with the cause planted, those where it was named. *Precision*: of the times it was named,
  those where it was planted; where it is true without being planted, it counts neither way.
- Without probes: the same run, judged by its ladder alone. The checklist reads the same ladder and sees the target's
  processor use besides, as a person with \`top\` would; its thresholds are in
  [scripts/scoreboard/checklist.ts](../scripts/scoreboard/checklist.ts).
- Generator and target share two cores with other tenants, and no system is run twice.
`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return `${[line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')}\n`;
}

function text({ hits, of, interval }: Share): string {
  if (of === 0) return '–';
  const percent = (share: number | null) => Math.round((share ?? 0) * 100);
  return `${hits} of ${of} (${percent(interval.low)}–${percent(interval.high)} %)`;
}

function times(ratio: number): string {
  return `${ratio.toPrecision(2)} ×`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
