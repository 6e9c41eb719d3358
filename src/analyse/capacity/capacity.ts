import type { Plan } from '../../plan/plan.ts';
import { randomFrom } from '../../record/random.ts';
import type { Analysis, Estimate } from '../analysis.ts';
import { promisesOf } from '../endpoints/promise.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { errorLimit, errorOnset, failsTooOften, failureBehaviour } from './error-onset.ts';
import { baseline, bracket } from './growth.ts';
import { insufficientEvidence } from './insufficient-evidence.ts';
import { closedKnee, openKnee } from './knee.ts';
import { confirmedBy, limitOfTrials } from './limit-of-trials.ts';
import { type LoadPoint, loadPoints, rateInterval } from './load-point.ts';
import { cautions, loadStatements } from './load-statements.ts';
import { modelFits } from './model-fits.ts';
import { recommendedLimit } from './recommended-limit.ts';
import { recoveryOf } from './recovery.ts';
import { searchResults } from './search-results.ts';
import type { SearchStages } from './search-stages.ts';
import { isFair, slaEstimate, slaStages } from './sla-bracket.ts';
import { type PlateauRate, slaFromTrials } from './sla-trials.ts';
import { loadOf, usableStages } from './stage-load.ts';

/** An open stage follows its asked rate if it brings so much of it. */
const followedShare = 0.98;
/** Average response time that counts as slower, against the lowest load. */
const slowerRatio = 1.5;

/**
 * Where a system breaks, from a passive ladder of stages: the knee, the highest load within the SLA, where errors
 * begin, each an interval or `insufficient-evidence`. Invalid stages are not used; a stage that is only a lower bound
 * can show that throughput grew, never that it stopped. The same measurements and seed give the same answer. `search`:
 * what a search tried beside its ladder.
 */
export function analyseCapacity(
  measurements: readonly StageMeasurement[],
  plan: Plan,
  seed: number,
  search: SearchStages | null = null,
): Analysis['capacity'] {
  const model = search?.laddered ? 'closed' : plan.load.kind;
  const unit = model === 'closed' ? 'users' : 'requests/s';
  const random = randomFrom(seed);
  const points = loadPoints(measurements, model);
  const span = bracket(points);
  const stopSeen = span !== null && span.firstBad !== null;
  const fits = model === 'closed' ? modelFits(points, stopSeen, random) : { shown: [], chosen: null };
  const knee = kneeOf();
  const trials =
    search === null || search.rates.length === 0 || promisesOf(plan).length === 0
      ? null
      : slaFromTrials(search.rates, plan, plateauOf(), random);
  const sla = trials?.estimate ?? slaEstimate(measurements, plan);
  const errors = onset();
  const limit = recommended();
  const recovery =
    search === null
      ? null
      : recoveryOf(measurements[0] ?? null, search.recoveries[search.recoveries.length - 1] ?? null, plan);
  return {
    knee,
    sla,
    errors,
    models: [...fits.shown],
    recommendedLimit: limit === null ? null : confirmedBy(limit, search?.holds ?? [], plan),
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
    ...(recovery === null ? {} : { recovery }),
    ...(search === null
      ? {}
      : { search: searchResults(measurements, search, plan, trials?.found ?? null, knee) }),
  };

  function recommended(): Analysis['capacity']['recommendedLimit'] {
    if (trials !== null) {
      const within = limitOfTrials(trials.estimate, trials.found, errors);
      if (within !== null) return within;
    }
    return recommendedLimit({
      points,
      unit,
      bracket: span,
      knee,
      sla,
      errors,
      nothingHeld: lowestFails(measurements, plan),
      toldUpTo: toldUpTo(measurements, plan),
    });
  }

  function plateauOf(): PlateauRate {
    if (!stopSeen) return null;
    const top = points.reduce<LoadPoint | null>(
      (best, p) => (best === null || p.rate > best.rate ? p : best),
      null,
    );
    if (knee.state === 'estimated' && knee.rate !== null) return knee.rate;
    return top === null ? null : rateInterval(top);
  }

  /** In users, as the ladder showed it; where it showed none, in requests per second, as the trials did. */
  function onset(): Estimate {
    const onLadder = errorOnset(measurements, plan);
    if (onLadder.state === 'estimated' || search === null || search.rates.length === 0) return onLadder;
    const atRates = errorOnset(search.rates, plan);
    return atRates.state === 'estimated' ? atRates : onLadder;
  }

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
