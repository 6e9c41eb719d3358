import { wilson } from '../../measure/interval.ts';
import type { StageMeasurement } from '../../measure/measurement.ts';
import { isGenerators, targetErrors } from '../../measure/target-errors.ts';
import { list, loadName, share, stageName, within } from '../../words.ts';
import type { Facts } from '../facts.ts';
import { type StageFailures, sorted } from '../failures.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';

/** Failures other than 429 and fast 503 that grow with the load, throughout the stage and not in one incident. */
export const errorsUnderLoad: Rule = { causes: ['errors-under-load'], accuse };

const fewestRequests = 100;
/** The share under load is at least so many times the share at the lowest stage; more, if requests fail there, too. */
const leastGrowth = { from: 2, fromFailing: 4 } as const;
/** One outage of a few seconds is an incident, not an effect of load. */
const blocksWithFailures = 0.6;

function accuse(facts: Facts): Accusation | null {
  const { failures, run } = facts;
  const base = failures.stages.find((s) => s.stage.total.count >= fewestRequests);
  if (base === undefined) return null;
  const risen = failures.stages.filter((s) => s !== base && hasRisen(base, s, failures.limit));
  const worst = risen.at(-1);
  if (worst === undefined || worst !== failures.stages.at(-1)) return null;
  if (!spreadOverTime(worst.stage)) return null;
  const kinds = kindsOf(worst);
  return {
    kind: 'found',
    finding: {
      cause: 'errors-under-load',
      title: `Requests fail under load: ${share(worst.other.value)} at ${loadName(worst.stage)}`,
      endpoints: endpointsOf(
        worst,
        run.plan.endpoints.map((e) => e.name),
      ),
      confidence: risen.length >= 2 ? 'high' : 'medium',
      estimates: { errors: worst.other },
      evidence: [
        ...[base, ...risen].map((s) =>
          evidenceOf(
            `${share(s.other.value)} of the requests failed in ${stageName(s.stage)}${within(s.other, share)}.`,
            'share of failed requests',
            s.other,
            [s.stage.stage],
          ),
        ),
        ...kinds
          .slice(0, 3)
          .map((k) =>
            evidenceOf(
              `${k.name}: ${share(k.share)} of the requests of ${stageName(worst.stage)}.`,
              k.name,
              k.share,
              [worst.stage.stage],
            ),
          ),
      ],
      excluded: [
        {
          cause: 'rate-limit',
          because: `${share(worst.tooMany.value)} of the answers were a 429 (too many requests).`,
        },
        {
          cause: 'load-shedding',
          because: `${share(worst.unavailable.value)} of the answers were a 503 (unavailable)${worst.fast || worst.unavailable.value === 0 ? '' : ', and they were not turned away fast'}.`,
        },
      ],
      disproof: `At ${loadName(worst.stage)} once more, the share of failures is no higher than at ${loadName(base.stage)}.`,
      remedy: `Read the server's log for ${list(kinds.slice(0, 2).map((k) => k.name))}; handle or refuse what exceeds the capacity before it fails.`,
    },
  };
}

function hasRisen(base: StageFailures, s: StageFailures, limit: number): boolean {
  const [before, after] = [base.other, s.other];
  if (before.high === null || after.low === null) return false;
  const growth = (before.low ?? 0) > limit ? leastGrowth.fromFailing : leastGrowth.from;
  return (
    s.stage.total.count >= fewestRequests &&
    after.low > limit &&
    after.low > before.high &&
    after.value >= growth * before.value
  );
}

function spreadOverTime({ total }: StageMeasurement): boolean {
  if (total.blocks.length === 0) return false;
  const failing = total.blocks.filter((b) => b.failed > b.generatorFailed).length;
  return failing / total.blocks.length >= blocksWithFailures;
}

/** Endpoints that fail more than the plan's least limit, all if none stands out. */
function endpointsOf({ stage, fast }: StageFailures, names: readonly string[]): string[] {
  return names.filter((_, i) => {
    const m = stage.endpoints[i];
    if (!m) return false;
    const { other, unavailable } = sorted(m);
    return (wilson(other + (fast ? 0 : unavailable), targetErrors(m).count).low ?? 0) > 0.001;
  });
}

function kindsOf({ stage, fast }: StageFailures): { name: string; share: number }[] {
  return stage.total.failures
    .filter((f) => !isGenerators(f.kind))
    .filter((f) => !(f.kind === 'status' && (f.status === 429 || (f.status === 503 && fast))))
    .toSorted((a, b) => b.count - a.count)
    .map((f) => ({
      name: f.kind === 'status' && f.status !== null ? `status ${f.status}` : f.kind,
      share: f.count / targetErrors(stage.total).count,
    }));
}
