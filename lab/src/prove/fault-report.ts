import { table } from './proof-document.ts';
import { askedPerSecond, type Seen, type Testimony } from './witness.ts';

/** What clients met when something was killed, restarted or reloaded under load. Times in milliseconds. */
export interface FaultReport {
  readonly id: string;
  readonly title: string;
  readonly requests: number;
  readonly failed: number;
  /** How often each failed outcome was seen: a status, or why there was no answer. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly p95BeforeMs: number;
  readonly p95AfterMs: number;
  readonly worstMs: number;
  /** From the fault to the end of the last request that failed or was slow; 0: none was. `null`: not within the test. */
  readonly recoveryMs: number | null;
  /** From the fault until the component ran again; `null`: nothing ended, or it was not back in time. */
  readonly componentBackMs: number | null;
  readonly acceptedWrites: number;
  /** Accepted, and not there when it was read back. */
  readonly lostWrites: number;
}

export interface FaultsReport {
  readonly kind: 'lab-faults';
  readonly when: string;
  readonly machine: string;
  readonly minutes: number;
  readonly faults: readonly FaultReport[];
}

/** Slow: so many times the p95 before the fault, and at least 100 ms. */
const slowTimes = 5;
const leastSlowMs = 100;
/** A request that is slow so near the end leaves open whether that is over. */
const calmMs = 1000;

export function reportOn(
  fault: { readonly id: string; readonly title: string },
  testimony: Testimony,
  figures: {
    readonly faultAtMs: number;
    readonly componentBackMs: number | null;
    readonly lostWrites: number;
  },
): FaultReport {
  const { seen, accepted } = testimony;
  const { faultAtMs } = figures;
  const before = seen.filter(({ atMs, tookMs }) => atMs + tookMs < faultAtMs);
  const p95BeforeMs = p95Of(before);
  const slowMs = Math.max(leastSlowMs, slowTimes * p95BeforeMs);
  const hurt = seen.filter((each) => each.atMs + each.tookMs >= faultAtMs && isHurt(each, slowMs));
  const last = Math.max(0, ...hurt.map(({ atMs, tookMs }) => atMs + tookMs - faultAtMs));
  const end = seen.at(-1)?.atMs ?? 0;
  const isCalm = !hurt.some(({ atMs }) => atMs > end - calmMs);
  const recoveredAt = faultAtMs + last;
  const outcomes: Record<string, number> = {};
  for (const { outcome } of seen.filter(isFailed)) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return {
    id: fault.id,
    title: fault.title,
    requests: seen.length,
    failed: seen.filter(isFailed).length,
    outcomes,
    p95BeforeMs,
    p95AfterMs: p95Of(seen.filter(({ atMs }) => atMs > recoveredAt)),
    worstMs: Math.max(0, ...seen.map(({ tookMs }) => tookMs)),
    recoveryMs: isCalm ? last : null,
    componentBackMs: figures.componentBackMs,
    acceptedWrites: accepted.length,
    lostWrites: figures.lostWrites,
  };
}

function isFailed({ outcome }: Seen): boolean {
  return typeof outcome === 'string' || outcome >= 400;
}

function isHurt(seen: Seen, slowMs: number): boolean {
  return isFailed(seen) || seen.tookMs > slowMs;
}

function p95Of(seen: readonly Seen[]): number {
  const sorted = seen.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(0.95 * sorted.length))] ?? 0;
}

/** The report as Markdown. */
export function faultsDocument(report: FaultsReport): string {
  const rows = report.faults.map((each) => [
    each.title,
    `${each.failed} of ${each.requests}${each.failed === 0 ? '' : ` (${outcomesText(each)})`}`,
    `${ms(each.p95BeforeMs)} → ${ms(each.p95AfterMs)}`,
    ms(each.worstMs),
    each.recoveryMs === null
      ? 'not within the test'
      : each.recoveryMs === 0
        ? 'nobody noticed'
        : ms(each.recoveryMs),
    each.componentBackMs === null ? '—' : ms(each.componentBackMs),
    `${each.acceptedWrites} accepted, ${each.lostWrites} lost`,
  ]);
  const head = [
    'Fault',
    'Failed requests',
    'p95 before → after',
    'Slowest',
    'Clients recovered after',
    'Component back after',
    'Writes, read back',
  ];
  return `${[
    '# Faults under load',
    `Made by \`loadline lab faults\` on ${report.when.slice(0, 10)} in ${report.minutes.toFixed(1)} minutes: ${report.machine}.`,
    `Three API instances behind HAProxy with Redis and PostgreSQL, all by the tuned profile but \`--commit each\`, where not said otherwise. ${askedPerSecond} requests/s come at even distances, a third of them writes, whatever became of those before; a client sends nothing again. Recovered: after the last request that failed, or took more than five times the p95 before (at least ${leastSlowMs} ms). Every write that was answered 201 is read back at the end.`,
    table(head, rows),
    report.faults.map((each) => `- ${faultText(each)}`).join('\n'),
    'A write that failed may have been stored: the client cannot know. What must not be is a write that was accepted and is gone; with `--commit async` a crash of PostgreSQL may do just that, within 600 ms of it.',
  ].join('\n\n')}\n`;
}

/** What clients saw, how long it took until they were served as before, and what was there when it was read back. */
export function faultText(report: FaultReport): string {
  const { title, requests, failed, recoveryMs, componentBackMs, acceptedWrites, lostWrites } = report;
  const slowest = `the slowest took ${ms(report.worstMs)}`;
  const seen =
    failed === 0
      ? `no request of ${requests} failed, ${slowest}`
      : `${failed} of ${requests} requests failed (${outcomesText(report)}), ${slowest}`;
  const recovered =
    recoveryMs === null
      ? 'they had not recovered when the test ended'
      : recoveryMs === 0
        ? 'no request failed or was slow because of it'
        : `they were served as before after ${ms(recoveryMs)}`;
  const back =
    componentBackMs === null ? '' : `, and it was done or running again after ${ms(componentBackMs)}`;
  const kept =
    lostWrites === 0
      ? `All ${acceptedWrites} writes that were answered 201 were there when they were read back`
      : `Of ${acceptedWrites} writes that were answered 201, ${lostWrites} were gone when they were read back`;
  return `**${title}.** Clients saw: ${seen}; ${recovered}${back}. ${kept}.`;
}

function outcomesText({ outcomes }: FaultReport): string {
  return Object.entries(outcomes)
    .map(([name, count]) => `${name}: ${count}`)
    .join(', ');
}

function ms(value: number): string {
  return `${Math.round(value).toLocaleString('en')} ms`;
}
