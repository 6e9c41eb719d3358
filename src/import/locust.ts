import { createHash } from 'node:crypto';
import { quoted } from '../plan/fault.ts';
import { limits } from '../plan/limits.ts';
import type { ClosedStage, Endpoint, Plan } from '../plan/plan.ts';
import { resourceOf } from '../plan/request-line.ts';
import type { EndpointSummary, HistoryPoint, Run, RunEvent, RunStage } from '../record/run.ts';
import { FaultList, ImportError } from './import-error.ts';
import {
  type LocustHistory,
  type LocustRow,
  type LocustStats,
  readLocustHistory,
  readLocustStats,
} from './locust-stats.ts';

/** One stage: what Locust wrote with so many users. */
export type LocustFile = {
  readonly users: number;
  /** Name for messages. */
  readonly file: string;
  /** Text of the `_stats.csv`. */
  readonly statsText: string;
  /** Text of the `_stats_history.csv`; null or absent: there is none. */
  readonly historyText?: string | null;
  readonly historyFile?: string;
};

/**
 * A run made of Locust's `_stats.csv` files, one for each number of users; the order in which they are given does not
 * matter. With a plan, SLAs, readiness and groups are its own, matched by the endpoint's name or by its method and
 * path; events of kind `note` say what did not match. What such files don't tell (think time, ramp, target) is
 * unknown in the run. Throws an {@link ImportError} with every fault.
 */
export function importLocust({
  files,
  plan = null,
}: {
  readonly files: readonly LocustFile[];
  readonly plan?: Plan | null;
}): Run {
  const parts = readParts(files);
  const endpoints = endpointsOf(parts, plan);
  const stages: RunStage[] = [];
  const planned: ClosedStage[] = [];
  const timed = parts.every((part) => part.history?.startS != null);
  const firstS = Math.min(...parts.map((part) => part.history?.startS ?? Number.POSITIVE_INFINITY));
  let endMs = 0;
  for (const [index, part] of parts.entries()) {
    const plannedStage = plannedStageOf(plan, part.users);
    const durationMs = measuredMs(part) ?? plannedStage?.durationMs ?? 0;
    // Without times of day the stages are laid one after the other.
    const startMs = timed ? ((part.history?.startS ?? firstS) - firstS) * 1000 : endMs;
    endMs = startMs + durationMs;
    planned.push(plannedStage ?? { users: part.users, spawnRate: 0, durationMs: Math.round(durationMs) });
    stages.push({
      index,
      users: part.users,
      askedRatePerSecond: null,
      spawnRate: plannedStage?.spawnRate ?? null,
      // The ramp is not kept apart in such files.
      ...{ startMs, steadyFromMs: startMs, steadyToMs: endMs, endMs },
      state: 'complete',
      data: { kind: 'summary', endpoints: summariesOf(part, endpoints), history: part.history?.points ?? [] },
    });
  }
  return {
    kind: 'run',
    formatVersion: 1,
    id: idOf(parts),
    name: plan?.name ?? 'locust',
    startedAt: Number.isFinite(firstS) ? new Date(firstS * 1000).toISOString() : 'unknown',
    state: 'complete',
    source: { tool: 'locust', version: '' },
    plan: planOf(plan, endpoints, planned),
    environment: nowhere,
    seed: 0,
    stages,
    events: notes(parts, endpoints, plan),
  };
}

type Part = LocustFile & { readonly stats: LocustStats; readonly history: LocustHistory | null };

/** An endpoint of the run, and which rows are its own (null: none). */
type Known = { readonly endpoint: Endpoint; readonly key: string | null; readonly planned: boolean };

function readParts(files: readonly LocustFile[]): readonly Part[] {
  const faults = [];
  const parts: Part[] = [];
  const seen = new Map<number, string>();
  for (const given of files) {
    const list = new FaultList(given.file);
    const before = seen.get(given.users);
    if (!Number.isInteger(given.users) || given.users < 1 || given.users > limits.users) {
      list.add(
        null,
        'users',
        `a number of users from 1 to ${limits.users}`,
        String(given.users),
        'write 50=NAME_stats.csv',
      );
    } else if (before !== undefined) {
      const hint = 'give each number of users once';
      list.add(null, 'users', 'another number of users', `${given.users}, as for ${before}`, hint);
    }
    seen.set(given.users, given.file);
    const stats = readLocustStats(given.statsText, list);
    const historyList = new FaultList(
      given.historyFile ?? given.file.replace(/_stats\.csv$/, '_stats_history.csv'),
    );
    const history = given.historyText == null ? null : readLocustHistory(given.historyText, historyList);
    faults.push(...list.faults, ...historyList.faults);
    if (stats !== null) parts.push({ ...given, stats, history: withinDay(history) });
  }
  if (files.length === 0) {
    const list = new FaultList('');
    list.add(null, '', 'at least one USERS=FILE', 'none', 'write 10=a_stats.csv 50=b_stats.csv');
    faults.push(...list.faults);
  }
  if (faults.length > 0) throw new ImportError(faults);
  return parts.sort((a, b) => a.users - b.users);
}

/** Times of day beyond what a date can hold are no times. */
function withinDay(history: LocustHistory | null): LocustHistory | null {
  if (history === null || history.startS === null || history.startS < 8.64e12) return history;
  return { ...history, startS: null };
}

const keyOf = (row: LocustRow): string => `${row.type}\n${row.name}`;
const nameOf = (row: LocustRow): string => (row.type === '' ? row.name : `${row.type} ${row.name}`);

/** The plan's endpoints first, in its order; then those that only the files know, by name. */
function endpointsOf(parts: readonly Part[], plan: Plan | null): readonly Known[] {
  const rows = new Map<string, { row: LocustRow; count: number }>();
  for (const { stats } of parts) {
    for (const row of stats.rows) {
      const count = (rows.get(keyOf(row))?.count ?? 0) + row.count;
      rows.set(keyOf(row), { row, count });
    }
  }
  const known: Known[] = (plan?.endpoints ?? []).map((endpoint) => {
    const own = [...rows].find(([, { row }]) => isRowOf(row, endpoint));
    if (own === undefined) return { endpoint, key: null, planned: true };
    rows.delete(own[0]);
    return { endpoint: { ...endpoint, weight: Math.max(1, own[1].count) }, key: own[0], planned: true };
  });
  const names = new Set(known.map(({ endpoint }) => endpoint.name));
  for (const [key, { row, count }] of [...rows].sort(([a], [b]) => (a < b ? -1 : 1))) {
    let name = nameOf(row);
    for (let n = 2; names.has(name); n += 1) name = `${nameOf(row)} (${n})`;
    names.add(name);
    known.push({ endpoint: endpointOf(row, name, count, plan), key, planned: false });
  }
  return known;
}

function isRowOf(row: LocustRow, endpoint: Endpoint): boolean {
  const request = `${endpoint.method} ${endpoint.path}`;
  return [row.name, nameOf(row)].some((name) => name === endpoint.name || name === request);
}

/** Locust's names may hold anything; those that are paths give their resource. */
function endpointOf(row: LocustRow, name: string, count: number, plan: Plan | null): Endpoint {
  const [, , written] = /^(?:([A-Z]+) )?(\/\S*)$/.exec(row.name) ?? [];
  const path = written ?? '/';
  return {
    ...{ name, method: row.type === '' ? 'GET' : row.type, path, query: {}, headers: {}, body: null },
    ...{ weight: Math.max(1, count), data: {}, sla: null, expect: { status: [], bodyContains: null } },
    ...{
      group: written === undefined ? name : resourceOf(path),
      timeoutMs: plan?.timeoutMs ?? defaultTimeoutMs,
    },
  };
}

const defaultTimeoutMs = 30_000;

function summariesOf({ stats }: Part, endpoints: readonly Known[]): readonly EndpointSummary[] {
  return endpoints.flatMap(({ key }, endpoint): EndpointSummary[] => {
    const row = stats.rows.find((candidate) => keyOf(candidate) === key);
    if (row === undefined) return [];
    const { count, failed, ratePerSecond, minMs, avgMs, maxMs, quantilesMs } = row;
    return [{ endpoint, count, failed, ratePerSecond, minMs, avgMs, maxMs, quantilesMs }];
  });
}

/** Requests divided by their rate; else the span of the history; null: neither is told. */
function measuredMs({ stats, history }: Part): number | null {
  const { aggregated, rows } = stats;
  for (const row of aggregated === null ? rows : [aggregated]) {
    if (row.ratePerSecond !== null && row.ratePerSecond > 0) return (row.count / row.ratePerSecond) * 1000;
  }
  const last: HistoryPoint | undefined = history?.points.at(-1);
  return last === undefined || last.atMs === 0 ? null : last.atMs;
}

function plannedStageOf(plan: Plan | null, users: number): ClosedStage | null {
  if (plan?.load.kind !== 'closed') return null;
  return plan.load.stages.find((stage) => stage.users === users) ?? null;
}

function planOf(plan: Plan | null, endpoints: readonly Known[], stages: readonly ClosedStage[]): Plan {
  const base = plan ?? unplanned;
  return {
    ...base,
    endpoints: endpoints.map(({ endpoint }) => endpoint),
    // The plan says how Loadline would pause; how Locust's users did is not in its files.
    load: { kind: 'closed', stages, thinkTime: { kind: 'unknown' } },
  };
}

const unplanned: Omit<Plan, 'endpoints' | 'load'> = {
  kind: 'plan',
  name: 'locust',
  target: 'unknown',
  readiness: {
    users: null,
    slaCompliance: null,
    errors: null,
    avgAt: null,
    linearThroughput: false,
    declared: {},
  },
  tls: { verify: true, ca: null },
  headers: {},
  auth: null,
  timeoutMs: defaultTimeoutMs,
};

const nowhere = {
  ...{ loadline: null, node: null, platform: null, cpuModel: null, cores: null, memoryBytes: null },
  ...{ workers: null, hostHash: null },
};

function notes(parts: readonly Part[], endpoints: readonly Known[], plan: Plan | null): readonly RunEvent[] {
  const texts: string[] = [];
  for (const { endpoint, key, planned } of endpoints) {
    if (key === null) texts.push(`${quoted(endpoint.name)} is in the plan, but in none of the files.`);
    else if (!planned && plan !== null) {
      texts.push(`${quoted(endpoint.name)} is in the files, but not in the plan: it has no SLA.`);
    }
  }
  for (const { file, stats } of parts) {
    const sum = stats.rows.reduce((total, row) => total + row.count, 0);
    const { aggregated } = stats;
    if (aggregated !== null && aggregated.count !== sum) {
      texts.push(
        `${file}: the rows hold ${sum} requests, Aggregated says ${aggregated.count}; the rows are used.`,
      );
    }
  }
  if (parts.some(({ stats }) => stats.rows.some((row) => Object.keys(row.quantilesMs).length > 0))) {
    texts.push('Locust rounds response times to two digits before it counts percentiles.');
  }
  return texts.map((text) => ({ atMs: 0, kind: 'note', text }));
}

/** The same files give the same id. */
function idOf(parts: readonly Part[]): string {
  const hash = createHash('sha256');
  for (const { users, statsText, historyText } of parts)
    hash.update(JSON.stringify([users, statsText, historyText ?? null]));
  return `locust-${hash.digest('hex').slice(0, 16)}`;
}
