/** `Load`, in the file's header at byte 68: `file` and SQLite's own tools tell a run from any other database by it. */
export const applicationId = 0x4c6f6164;
/** In the header at byte 60 (`user_version`). A reader refuses higher ones. */
export const formatVersion = 1;
/** A row of `windows` is 0.5 to 4 kB: on smaller pages many would spill over, larger ones would lose more to a cut. */
export const pageSize = 8192;

/**
 * The tables. A run only adds rows, apart from `stage`'s own: what was written once stays where it is, ids have no
 * gaps, and pages follow each other in the order of time. That is what the salvage of a cut file rests on; it tells
 * the pages of the tables that grow apart by their number of columns (see `run-salvage.ts`).
 * Times in columns carry their unit; `windows.count` and the `*_us` columns repeat what the blobs hold, for reading
 * with any SQLite client. Blobs are laid out in `histogram-codec.ts`.
 */
export const tables = {
  run: `CREATE TABLE run (
  id TEXT NOT NULL, name TEXT NOT NULL, started_at TEXT NOT NULL, tool TEXT NOT NULL, tool_version TEXT NOT NULL,
  seed INTEGER NOT NULL, format INTEGER NOT NULL, target TEXT NOT NULL, plan_json TEXT NOT NULL, environment_json TEXT NOT NULL)`,
  endpoint: `CREATE TABLE endpoint (
  idx INTEGER PRIMARY KEY, name TEXT NOT NULL, grp TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL)`,
  stage: `CREATE TABLE stage (
  idx INTEGER PRIMARY KEY, users INTEGER, asked_rate_per_second REAL, spawn_rate REAL, start_ms REAL NOT NULL,
  steady_from_ms REAL, steady_to_ms REAL, end_ms REAL, state TEXT)`,
  event: `CREATE TABLE event (
  id INTEGER PRIMARY KEY, at_ms REAL NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL)`,
  farewell: `CREATE TABLE farewell (
  id INTEGER PRIMARY KEY, state TEXT NOT NULL)`,
  windows: `CREATE TABLE windows (
  id INTEGER PRIMARY KEY, second INTEGER NOT NULL, stage INTEGER NOT NULL, phase TEXT NOT NULL, endpoint INTEGER NOT NULL,
  outcome TEXT NOT NULL, count INTEGER NOT NULL, bytes_in INTEGER NOT NULL, bytes_out INTEGER NOT NULL,
  server_closes INTEGER NOT NULL, statuses_json TEXT NOT NULL,
  sum_us REAL, min_us REAL, max_us REAL, p50_us REAL, p95_us REAL,
  response BLOB NOT NULL, service BLOB NOT NULL, first_byte BLOB NOT NULL, connect BLOB NOT NULL)`,
  fine: `CREATE TABLE fine (
  id INTEGER PRIMARY KEY, second INTEGER NOT NULL, stage INTEGER NOT NULL, endpoint INTEGER NOT NULL,
  completed_json TEXT NOT NULL, failed_json TEXT NOT NULL, response_sum_us_json TEXT NOT NULL)`,
  health: `CREATE TABLE health (
  id INTEGER PRIMARY KEY, second INTEGER NOT NULL, stage INTEGER NOT NULL, phase TEXT NOT NULL, worker INTEGER NOT NULL,
  users REAL NOT NULL, in_flight_mean REAL NOT NULL, in_flight_max REAL NOT NULL, in_flight_samples REAL NOT NULL,
  loop_delay_p99_ms REAL NOT NULL, loop_delay_max_ms REAL NOT NULL, loop_utilization REAL NOT NULL,
  cpu_cores REAL NOT NULL, machine_cpu REAL NOT NULL, rss_bytes REAL NOT NULL, started REAL NOT NULL,
  think_sum_ms REAL NOT NULL, think_count REAL NOT NULL, open_connections REAL NOT NULL, connect_errors REAL NOT NULL,
  send_lag BLOB NOT NULL)`,
  summary: `CREATE TABLE summary (
  id INTEGER PRIMARY KEY, stage INTEGER NOT NULL, endpoint INTEGER NOT NULL, count INTEGER NOT NULL,
  failed INTEGER NOT NULL, rate_per_second REAL, min_ms REAL, avg_ms REAL, max_ms REAL, quantiles_json TEXT NOT NULL)`,
  history: `CREATE TABLE history (
  id INTEGER PRIMARY KEY, stage INTEGER NOT NULL, at_ms REAL NOT NULL, users REAL, rate_per_second REAL,
  failures_per_second REAL, p50_ms REAL, p95_ms REAL)`,
  analysis: `CREATE TABLE analysis (
  id INTEGER PRIMARY KEY, json TEXT NOT NULL)`,
} as const;

export type TableName = keyof typeof tables;

/** Columns of the tables that grow as the run goes on; no two tables of the file that are scanned for share a number. */
export const growingTables = { windows: 20, fine: 7, health: 21, stage: 9, event: 4 } as const;
export type GrowingTable = keyof typeof growingTables;

/** For people with an SQLite client; Loadline itself reads the tables. */
export const views = [
  `CREATE VIEW per_second AS
  SELECT w.second, w.stage, s.users, w.phase, e.name AS endpoint, sum(w.count) AS requests,
    sum(CASE WHEN w.outcome = 'ok' THEN 0 ELSE w.count END) AS failed, round(sum(w.sum_us) / sum(w.count) / 1000, 3) AS avg_ms
  FROM windows w JOIN endpoint e ON e.idx = w.endpoint JOIN stage s ON s.idx = w.stage
  WHERE w.outcome NOT LIKE 'not-sent-%' GROUP BY w.second, w.stage, w.phase, w.endpoint`,
  `CREATE VIEW per_stage AS
  SELECT w.stage, s.users, s.asked_rate_per_second, e.name AS endpoint, sum(w.count) AS requests,
    sum(CASE WHEN w.outcome = 'ok' THEN 0 ELSE w.count END) AS failed, round(min(w.min_us) / 1000, 3) AS min_ms,
    round(sum(w.sum_us) / sum(w.count) / 1000, 3) AS avg_ms, round(max(w.max_us) / 1000, 3) AS max_ms
  FROM windows w JOIN endpoint e ON e.idx = w.endpoint JOIN stage s ON s.idx = w.stage
  WHERE w.phase = 'steady' AND w.outcome NOT LIKE 'not-sent-%' GROUP BY w.stage, w.endpoint`,
] as const;
