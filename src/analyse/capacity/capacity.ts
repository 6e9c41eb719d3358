import type { Plan } from '../../plan/plan.ts';
import { randomFrom } from '../../record/random.ts';
import type { Analysis, Estimate } from '../analysis.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { errorLimit, errorOnset, failsTooOften, failureBehaviour } from './error-onset.ts';
import { baseline, bracket } from './growth.ts';
import { insufficientEvidence } from './insufficient-evidence.ts';
import { closedKnee, openKnee } from './knee.ts';
import { type LoadPoint, loadPoints } from './load-point.ts';
import { cautions, loadStatements } from './load-statements.ts';
import { modelFits } from './model-fits.ts';
import { recommendedLimit } from './recommended-limit.ts';
import { isFair, slaEstimate, slaStages } from './sla-bracket.ts';
import { loadOf, usableStages } from './stage-load.ts';

/** An open stage follows its asked rate if it brings so much of it. */
const followedShare = 0.98;
/** Average response time that counts as slower, against the lowest load. */
const slowerRatio = 1.5;

/**
 * Where a system breaks, from a passive ladder of stages: the knee, the highest load within the SLA, where errors
 * begin, each an interval or `insufficient-evidence`. Invalid stages are not used; a stage that is only a lower bound
 * can show that throughput grew, never that it stopped. The same measurements and seed give the same answer.
 */
export function analyseCapacity(
  measurements: readonly StageMeasurement[],
  plan: Plan,
  seed: number,
): Analysis['capacity'] {
  const model = plan.load.kind;
  const unit = model === 'closed' ? 'users' : 'requests/s';
  const random = randomFrom(seed);
  const points = loadPoints(measurements, model);
  const span = bracket(points);
  const stopSeen = span !== null && span.firstBad !== null;
  const fits = model === 'closed' ? modelFits(points, stopSeen, random) : { shown: [], chosen: null };
  const knee = kneeOf();
  const sla = slaEstimate(measurements, plan);
  const errors = errorOnset(measurements, plan);
  return {
    knee,
    sla,
    errors,
    models: [...fits.shown],
    recommendedLimit: recommendedLimit({
      points,
      unit,
      bracket: span,
      knee,
      sla,
      errors,
      nothingHeld: lowestFails(measurements, plan),
      toldUpTo: toldUpTo(measurements, plan),
    }),
    statements: [...loadStatements(points, baseline(points), unit)],
    failureBehaviour: failureBehaviour(measurements, slowsDown(points)),
    cautions: [
      ...cautions(
        measurements,
        points,
        plan,
        knee.state === 'estimated' && knee.method.startsWith('operational'),
      ),
    ],
  };

  function kneeOf(): Estimate {
    if (span === null) {
      return insufficientEvidence(
        'No stage of this run can be used: none is valid, or none holds a successful request.',
        'a run whose stages are valid (see validity for what went wrong)',
      );
    }
    return model === 'closed'
      ? closedKnee({ points, bracket: span, fit: fits.chosen, random })
      : openKnee(points, followedShare);
  }
}

function slowsDown(points: readonly LoadPoint[]): boolean {
  const times = points.flatMap((p) => p.responseTimeMs ?? []);
  const [first, last] = [times[0], times[times.length - 1]];
  return first !== undefined && last !== undefined && last >= slowerRatio * first;
}

function lowestFails(measurements: readonly StageMeasurement[], plan: Plan): boolean {
  const [lowest] = usableStages(measurements);
  return lowest !== undefined && isFair(lowest) && gaveWay(lowest, plan);
}

/** Whether a promise was missed or too much failed, whoever was the reason. */
function gaveWay(stage: StageMeasurement, plan: Plan): boolean {
  const missed = slaStages([stage], plan).some(({ misses }) => misses.length > 0);
  return missed || failsTooOften(stage, errorLimit(plan).limit);
}

/** The load below the first stage that gave way while the generator was the limit: beyond it nothing is told. */
function toldUpTo(measurements: readonly StageMeasurement[], plan: Plan): number | null | 'all' {
  const usable = usableStages(measurements);
  const at = usable.findIndex((m) => gaveWay(m, plan));
  const first = usable[at];
  if (first === undefined || isFair(first)) return 'all';
  const before = usable[at - 1];
  return before === undefined ? null : loadOf(before);
}
