import { dayMs } from './quantity.ts';

/** Bounds on what a plan may ask for: beyond them a plan is a mistake or an attack, never a test. */
export const limits = {
  planBytes: 4 * 1024 * 1024,
  planLines: 100_000,
  endpoints: 1_000,
  allowedOrigins: 100,
  stages: 100,
  users: 100_000,
  ratePerSecond: 1_000_000,
  durationMs: dayMs,
  minStageMs: 100,
  weight: 1_000_000,
  headers: 200,
  nameLength: 200,
  pathLength: 16_384,
  textLength: 65_536,
  bodyBytes: 1024 * 1024,
  bodyDepth: 64,
  listValues: 100_000,
  dataRows: 1_000_000,
  dataBytes: 64 * 1024 * 1024,
  caBytes: 4 * 1024 * 1024,
  aliases: 1_000,
  faults: 1_000,
} as const;
