import type { Plan } from '../../plan/plan.ts';
import { randomFrom, randomIndex } from '../../record/random.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { type FiniteSource, finiteSourceRate } from './finite-source.ts';
import { planOf, stagesOf } from './given-measurements.ts';

const ladder = [1, 2, 5, 10, 20, 50, 100, 200];
const blocks = 5;

/** A random plateau system with N* from 4 to 100, measured on the ladder 1 … 200 with the noise of counting. */
export function kneeTrial(
  seed: number,
  stageSeconds: number,
): {
  readonly system: FiniteSource;
  readonly knee: number;
  readonly maxRate: number;
  readonly measurements: readonly StageMeasurement[];
  readonly plan: Plan;
} {
  const random = randomFrom(seed);
  const knee = Math.exp(Math.log(4) + random() * Math.log(25));
  const servers = Math.max(1, Math.floor(Math.min(knee, 2 ** randomIndex(random, 6))));
  const serviceMs = 5 * 20 ** random();
  const pauseMs = (knee * serviceMs) / servers - serviceMs;
  const system: FiniteSource = { servers, serviceMs, pauseMs };
  const thinkTimeMs = pauseMs * 0.9;
  const stages = ladder.map((users) => {
    const rate = finiteSourceRate(system, users);
    const seconds = stageSeconds / blocks;
    const counts = Array.from({ length: blocks }, () => counted(random, rate * seconds));
    const count = Math.max(
      1,
      counts.reduce((sum, n) => sum + n, 0),
    );
    const measured = count / stageSeconds;
    return {
      users,
      rate: measured,
      seconds: stageSeconds,
      blockRates: counts.map((n) => n / seconds),
      avg: Math.max(serviceMs, (users / measured) * 1000 - thinkTimeMs),
      thinkTimeMs,
    };
  });
  return {
    system,
    knee,
    maxRate: (servers / serviceMs) * 1000,
    measurements: stagesOf(stages),
    plan: planOf(),
  };
}

/** A whole number about the mean: Poisson's variance, and 1 % of unrest that longer counting does not remove. */
function counted(random: () => number, mean: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.max(0, Math.round(mean + normal * Math.hypot(Math.sqrt(mean), 0.01 * mean)));
}
