/** The plateau's throughput, requests per second: beyond it queues grow without bound. Null: none was seen. */
export type Plateau = number | null;

/** Nearer to the plateau the model's figures are numbers without meaning. */
export const highestUtilisation = 0.97;

/** How long an M/M/1 queue remembers: 1/(µ(1−√ρ)²) s (Cohen, The Single Server Queue, 1982). Null: no plateau is known. */
export function relaxationSeconds(rate: number, plateau: Plateau): number | null {
  if (plateau === null) return null;
  const load = Math.min(highestUtilisation, rate / plateau);
  return 1 / (plateau * (1 - Math.sqrt(load)) ** 2);
}

/**
 * The highest rate at which trials of so many seconds are at least so many relaxation times long, the inverse of
 * {@link relaxationSeconds}.
 */
export function steadyRate(plateau: number, seconds: number, relaxations: number): number {
  return plateau * Math.max(0, 1 - Math.sqrt(relaxations / (plateau * seconds))) ** 2;
}
