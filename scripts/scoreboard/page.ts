import { halfSection } from './half-section.ts';
import type { SystemRecord } from './record.ts';
import { counts } from './score.ts';

export type PageInput = {
  readonly records: readonly SystemRecord[];
  /** Tree of the rules that the held-out half is judged by; null: it was not begun. */
  readonly frozen: { readonly rules: string; readonly commit: string } | null;
  /** All kinds that there are. */
  readonly kinds: readonly string[];
  /** Markdown of what was measured on simulated systems; null: nothing. */
  readonly simulated: string | null;
};

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
  const rules = [...new Set(current.filter(({ half }) => half === 'dev').map((one) => shortOf(one.rules)))];
  return `# The scoreboard

How often is the diagnosis right? Real servers with planted faults ([test/ground-truth](../test/ground-truth/README.md)),
their parameters drawn from a seed, each judged by \`loadline diagnose\` as a user would run it. Made by
\`npm run scoreboard\` from [scoreboard.jsonl](scoreboard.jsonl); no figure is written by hand.

- **Systems run: ${current.length}** (${current.filter(({ half }) => half === 'dev').length} development, ${current.filter(({ half }) => half === 'held-out').length} held out), of ${ran.size} of the ${kinds.length} kinds, on ${[...new Set(current.map(({ stack }) => stack))].sort().join(', ') || 'no stack'}.
- Budget of a diagnosis: ${[...new Set(current.map(({ budgetMs }) => budgetMs / 1000))].sort((a, b) => a - b).join(', ') || '–'} s.
- Dropped, since taking their fault away changed neither throughput nor p95 by 20 % on this machine: ${dropped.length}${dropped.length === 0 ? '' : ` (${dropped.map(({ id }) => id).join(', ')})`}.
- Without an analysis: ${troubled.length}${troubled.length === 0 ? '' : ` (${troubled.map(({ id }) => id).join(', ')})`}.
- ${frozen === null ? 'The held-out half was not begun; no rules are frozen.' : `Rules frozen for the held-out half: tree \`${frozen.rules.slice(0, 10)}\` of \`src/analyse\`, commit \`${frozen.commit.slice(0, 10)}\`. Held-out systems that other rules judged are not counted.`}
- Rules of the development half: ${rules.length === 0 ? 'none' : rules.map((one) => `\`${one}\``).join(', ')}${rules.length > 1 || rules.some((one) => one.endsWith('+')) ? ' (several, or with changes that were not committed (`+`): measured while the rules were still made)' : ''}.
- Kinds that did not run: ${missing.length === 0 ? 'none' : missing.join(', ')}.
`;
}

function shortOf(rules: string): string {
  return `${rules.slice(0, 10)}${rules.endsWith('+') ? '+' : ''}`;
}

const reading = `## How to read this

- *Right*: the planted cause is the first that is named; *named*: after another true one; *beside*: only something else that
  is true of the system and was not planted; *undecided*: nothing named, the cause among those that could not be told
  apart; *abstained*: nothing at all; *missed*: called healthy; *wrong*: something named
  that is not there.
- *Recall*: of the systems with the cause planted, those where it was named. *Precision*: of the times it was named,
  those where it was planted; where it is true without being planted, it counts neither way.
- Without probes: the same run, judged by its ladder alone. The checklist reads the same ladder and sees the target's
  processor use besides, as a person with \`top\` would; its thresholds are in
  [scripts/scoreboard/checklist.ts](../scripts/scoreboard/checklist.ts).
- Generator and target share two cores with other tenants, and no system is run twice.
`;
