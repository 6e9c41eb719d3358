import type { SQLInputValue } from 'node:sqlite';
import { quantileUs } from './histogram.ts';
import { encodeHistogram } from './histogram-codec.ts';
import type { EndpointSummary, FineCounts, HealthSample, HistoryPoint, Window } from './run.ts';
import type { tables } from './run-file-schema.ts';

/** A statement of the run file and the values of its placeholders. */
export type Row = [sql: string, values: readonly SQLInputValue[]];

/** An INSERT of all columns. */
export const insert = (table: keyof typeof tables, columns: number): string =>
  `INSERT INTO ${table} VALUES (${Array(columns).fill('?').join(', ')})`;

export function windowRow(stage: number, window: Window): Row {
  const { response } = window;
  const filled = response.count > 0;
  return [
    insert('windows', 20),
    [
      ...[null, window.second, stage, window.phase, window.endpoint, window.outcome, window.count],
      ...[window.bytesIn, window.bytesOut, window.serverCloses, JSON.stringify(window.statuses)],
      ...(filled ? [response.sumUs, response.minUs, response.maxUs] : [null, null, null]),
      ...[quantileUs(response, 0.5), quantileUs(response, 0.95)],
      ...[response, window.service, window.firstByte, window.connect].map(encodeHistogram),
    ],
  ];
}

export function fineRow(stage: number, fine: FineCounts): Row {
  const lists = [fine.completed, fine.failed, fine.responseSumUs].map((list) => JSON.stringify(list));
  return [insert('fine', 7), [null, fine.second, stage, fine.endpoint, ...lists]];
}

export function healthRow(stage: number, sample: HealthSample): Row {
  return [
    insert('health', 21),
    [
      ...[null, sample.second, stage, sample.phase, sample.worker],
      ...[
        ...[sample.users, sample.inFlightMean, sample.inFlightMax, sample.inFlightSamples],
        ...[sample.loopDelayP99Ms, sample.loopDelayMaxMs, sample.loopUtilization, sample.cpuCores],
        ...[sample.machineCpu, sample.rssBytes, sample.started, sample.thinkSumMs, sample.thinkCount],
        ...[sample.openConnections, sample.connectErrors],
        // A share of nothing (0/0) must not make the whole file unreadable.
      ].map((value) => (Number.isFinite(value) ? value : 0)),
      encodeHistogram(sample.sendLag),
    ],
  ];
}

export function summaryRow(stage: number, row: EndpointSummary): Row {
  const { endpoint, count, failed, ratePerSecond, minMs, avgMs, maxMs } = row;
  const quantiles = JSON.stringify(row.quantilesMs);
  const values = [null, stage, endpoint, count, failed, ratePerSecond, minMs, avgMs, maxMs, quantiles];
  return [insert('summary', 10), values];
}

export function historyRow(stage: number, point: HistoryPoint): Row {
  const { atMs, users, ratePerSecond, failuresPerSecond, p50Ms, p95Ms } = point;
  return [insert('history', 8), [null, stage, atMs, users, ratePerSecond, failuresPerSecond, p50Ms, p95Ms]];
}
