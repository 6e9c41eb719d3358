import { getHeapStatistics } from 'node:v8';
import type { Plan } from '../plan/plan.ts';
import type { Run, RunEvent, RunStage } from './run.ts';
import { StageGatherer } from './run-data.ts';
import { RunFileError } from './run-file-error.ts';
import type { TableName } from './run-file-schema.ts';
import type { RunRow } from './run-row.ts';
import { isSqliteError } from './run-salvage.ts';
import { openRunSource, openSalvagedSource, type RunSource } from './run-source.ts';
import { checkStoredEnvironment, checkStoredPlan } from './stored-plan.ts';

/**
 * Reads a run file, whole or damaged; the file is never changed. A run without a farewell is `cut`; stages without an
 * end get theirs from the last second. Of a damaged file the whole seconds before the damage are read, an event
 * `damage` says what is missing. Throws a {@link RunFileError} and nothing else.
 */
export function readRun(file: string): Run {
  return reading(file, (source) => assemble(file, source));
}

/** The analysis stored with a run, as JSON text; null: none (or lost with the end of a damaged file). */
export function readStoredAnalysis(file: string): string | null {
  return reading(file, (source) => {
    let json: string | null = null;
    for (const row of source.rows('analysis')) json = row.text('json');
    return json;
  });
}

/** What a list of runs shows. */
export type RunOutline = Pick<Run, 'name' | 'startedAt' | 'state'> & {
  readonly target: string;
  readonly stages: number;
  readonly requests: number;
};

/** The outline of a run, without its histograms: fast and small whatever the run's length. */
export function readRunOutline(file: string): RunOutline {
  return reading(file, (source) => {
    const rowsOf = (table: TableName): Generator<RunRow> => bounded(file, source, table);
    const [head] = rowsOf('run');
    if (head === undefined) throw new RangeError('the description of the run is missing');
    let requests = 0;
    for (const table of ['windows', 'summary'] as const) {
      for (const row of rowsOf(table)) requests += row.count('count');
    }
    let stages = 0;
    for (const _ of rowsOf('stage')) stages += 1;
    return {
      name: head.text('name'),
      startedAt: head.text('started_at'),
      state: readState(source, rowsOf),
      target: head.text('target'),
      stages,
      requests,
    };
  });
}

/** Reads strictly; where the file is damaged, once more from what can be salvaged. */
function reading<T>(file: string, read: (source: RunSource) => T): T {
  try {
    return using(openRunSource(file), read);
  } catch (cause) {
    const damage = damageOf(cause);
    if (damage === null) throw asRunFileError(file, cause);
    try {
      return using(openSalvagedSource(file, damage), read);
    } catch (again) {
      throw asRunFileError(file, again, damage);
    }
  }
}

function using<T>(source: RunSource, read: (source: RunSource) => T): T {
  try {
    return read(source);
  } finally {
    source.close();
  }
}

/** What is wrong with the file's pages; null: something else is wrong. */
function damageOf(cause: unknown): string | null {
  if (cause instanceof RunFileError) return cause.code === 'damaged' ? cause.detail : null;
  return cause instanceof Error && isSqliteError(cause) ? cause.message : null;
}

function asRunFileError(file: string, cause: unknown, damage: string | null = null): RunFileError {
  if (cause instanceof RunFileError && cause.code !== 'damaged') return cause;
  const reason =
    cause instanceof RunFileError ? cause.detail : cause instanceof Error ? cause.message : String(cause);
  const detail =
    damage === null || damage === reason ? reason : `${damage}; nothing could be saved of it: ${reason}`;
  return new RunFileError('damaged', file, detail, cause);
}

/**
 * Rows that fit into memory: a window with its histograms and its tenths was measured to take 4.6 kB (`bench/run-file.ts`).
 * 4 GB of heap hold half a day of ten endpoints.
 */
const rowsInMemory = Math.floor((getHeapStatistics().heap_size_limit * 0.5) / 4600);

/** Bounds of what one run may take in memory. */
const mostRows: Readonly<Record<TableName, number>> = {
  run: 1,
  endpoint: 10_000,
  stage: 10_000,
  event: 200_000,
  farewell: 1000,
  windows: rowsInMemory,
  fine: rowsInMemory,
  health: rowsInMemory,
  summary: 200_000,
  history: 1_000_000,
  analysis: 100,
};

function* bounded(file: string, source: RunSource, table: TableName): Generator<RunRow> {
  let rows = 0;
  for (const row of source.rows(table)) {
    rows += 1;
    if (rows > mostRows[table]) {
      const detail = `its table ${table} has more than ${mostRows[table]} rows`;
      throw new RunFileError('too-large', file, detail);
    }
    yield row;
  }
}

function assemble(file: string, source: RunSource): Run {
  const rowsOf = (table: TableName): Generator<RunRow> => bounded(file, source, table);
  const [head] = rowsOf('run');
  if (head === undefined) throw new RangeError('the description of the run is missing');
  const plan = checkStoredPlan(head.json('plan_json'));
  const { stages, lastSecond } = gatherStages(plan, source, rowsOf);
  const events: RunEvent[] = [];
  for (const row of rowsOf('event')) {
    events.push({ atMs: row.signed('at_ms'), kind: row.text('kind'), text: row.text('text') });
  }
  if (source.damage !== null) {
    if (lastSecond === null) throw new RangeError('no whole second of the measurement is left');
    const text = `the run file is damaged (${source.damage}); what was measured after second ${lastSecond} is lost`;
    events.push({ atMs: (lastSecond + 1) * 1000, kind: 'damage', text });
  }
  return {
    kind: 'run',
    formatVersion: 1,
    id: head.text('id'),
    name: head.text('name'),
    startedAt: head.text('started_at'),
    state: readState(source, rowsOf),
    source: { tool: head.text('tool'), version: head.text('tool_version') },
    plan,
    environment: checkStoredEnvironment(head.json('environment_json')),
    seed: head.signed('seed'),
    stages,
    events,
  };
}

function readState(source: RunSource, rowsOf: (table: TableName) => Iterable<RunRow>): Run['state'] {
  if (source.damage !== null) return 'cut';
  let state: Run['state'] = 'cut';
  for (const row of rowsOf('farewell')) state = row.oneOf('state', ['complete', 'interrupted']);
  return state;
}

function gatherStages(
  plan: Plan,
  source: RunSource,
  rowsOf: (table: TableName) => Generator<RunRow>,
): { stages: readonly RunStage[]; lastSecond: number | null } {
  const damaged = source.damage !== null;
  const heads = new Map<number, RunRow>();
  const gatherers = new Map<number, StageGatherer>();
  for (const row of rowsOf('stage')) {
    const index = row.count('idx', mostRows.stage);
    heads.set(index, row);
    gatherers.set(index, new StageGatherer());
  }
  // Rows of a stage whose own row is lost can't be placed.
  const of = (row: RunRow): StageGatherer | null => {
    const gatherer = gatherers.get(row.count('stage', mostRows.stage));
    return gatherer ?? (damaged ? null : row.fail('stage', 'a stage of this run'));
  };
  const endpoints = plan.endpoints.length;
  let lastWritten = -1;
  for (const row of rowsOf('windows'))
    lastWritten = Math.max(lastWritten, of(row)?.window(row, endpoints) ?? -1);
  for (const row of rowsOf('fine')) of(row)?.fine(row, endpoints);
  for (const row of rowsOf('health')) of(row)?.health(row);
  for (const row of rowsOf('summary')) of(row)?.summary(row, endpoints);
  for (const row of rowsOf('history')) of(row)?.history(row);

  // Where the file breaks off, the last second that was read may be there in part only.
  const horizon = damaged ? lastWritten - 1 : Number.POSITIVE_INFINITY;
  const stages: RunStage[] = [];
  for (const [index, head] of heads) {
    const gatherer = gatherers.get(index);
    if (gatherer === undefined || head.number('start_ms') >= (horizon + 1) * 1000) continue;
    stages.push(finishedStage(index, head, gatherer, horizon));
  }
  return { stages, lastSecond: damaged && horizon >= 0 ? horizon : null };
}

function finishedStage(index: number, head: RunRow, gatherer: StageGatherer, horizon: number): RunStage {
  const startMs = head.number('start_ms');
  const lastSecond = Math.min(gatherer.lastSecond() ?? -1, horizon);
  const measuredToMs = Math.max(startMs, (lastSecond + 1) * 1000);
  const storedEndMs = head.numberOrNull('end_ms');
  // A stored end beyond the horizon belongs to a part that is lost.
  const whole = storedEndMs !== null && storedEndMs <= (horizon + 1) * 1000;
  const endMs = whole ? storedEndMs : measuredToMs;
  const steadyToMs = Math.min(head.numberOrNull('steady_to_ms') ?? endMs, endMs);
  const data = gatherer.data(horizon);
  return {
    index,
    users: head.numberOrNull('users'),
    askedRatePerSecond: head.numberOrNull('asked_rate_per_second'),
    spawnRate: head.numberOrNull('spawn_rate'),
    startMs,
    // Never steady: an empty steady part at the end.
    steadyFromMs: Math.min(head.numberOrNull('steady_from_ms') ?? steadyToMs, steadyToMs),
    steadyToMs,
    endMs,
    state: whole ? head.oneOf('state', ['complete', 'interrupted']) : 'interrupted',
    data,
  };
}
