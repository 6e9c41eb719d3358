/** Planning, ordering the workers and the last answers take about so long between two stages. */
const betweenMs = 100;
/** A stage begins its steady part so long before a whole second, and ends it so long after one: clocks differ. */
const marginMs = 150;

export type StageTimes = { readonly settleMs: number; readonly durationMs: number };

/**
 * Settling of at least so long, and whole seconds that count. Figures are taken from whole seconds of the run only
 * (docs/decisions/0001-a-stage-is-its-steady-part.md), so the settling ends just before one.
 */
export function stageTimes(afterMs: number, settleAtLeastMs: number, seconds: number): StageTimes {
  const startMs = afterMs + betweenMs;
  const steadyFromMs = Math.ceil((startMs + settleAtLeastMs + marginMs) / 1000) * 1000 - marginMs;
  return {
    settleMs: Math.round(steadyFromMs - startMs),
    durationMs: Math.round(seconds) * 1000 + 2 * marginMs,
  };
}

/** All that a stage takes, its pauses included, ms. */
export function lengthOf({ settleMs, durationMs }: StageTimes): number {
  return betweenMs + settleMs + durationMs;
}
