import { median, table, text, times } from './cells.ts';
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
  shareOf,
  sizeOf,
} from './score.ts';

type Way = keyof NonNullable<SystemRecord['answers']>;
const ways: readonly (readonly [Way, string])[] = [
  ['tool', 'Loadline'],
  ['withoutProbes', 'Loadline without its probes'],
  ['checklist', 'a checklist of thresholds'],
];

/** Systems whose label counts, with an answer in hand. */
type Judged = SystemRecord & { readonly answers: NonNullable<SystemRecord['answers']> };

/** One half of the systems. */
export function halfSection(title: string, all: readonly SystemRecord[]): string {
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
      text(shareOf(single, (one) => hit(one, 'undecided', 'abstained', 'missed'))),
    ],
    [
      'double faults: the limit is the first answer',
      '',
      text(shareOf(role(judged, 'double'), (one) => hit(one, 'right'))),
    ],
    ['single faults: called healthy', '', text(shareOf(single, (one) => hit(one, 'missed')))],
    [
      'healthy systems: called healthy',
      '',
      text(shareOf(healthy, (one) => one.answers.tool.verdict === 'none')),
    ],
    [
      'faults outside the table: answered `unknown`',
      '≥ 90 %',
      text(shareOf(outside, (one) => hit(one, 'right'))),
    ],
    [
      'faults outside the table: nothing named',
      '',
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
      'other systems of which only the generator is named',
      '',
      text(
        shareOf(
          judged.filter((one) => roleOf(one) !== 'generator'),
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
        text(shareOf(single, (one) => ['undecided', 'abstained', 'missed'].includes(hitOf(one, of(one))))),
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
  const hits: readonly Hit[] = ['right', 'named', 'beside', 'undecided', 'abstained', 'missed', 'wrong'];
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
