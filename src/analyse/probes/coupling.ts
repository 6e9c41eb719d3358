import type { Interval } from '../analysis.ts';
import { differenceOf, ratioOf } from '../diagnosis/contrast.ts';
import { meanTime, shareOf } from './probe-interval.ts';
import type { CouplingReading, SingleUserReading } from './probe-readings.ts';
import { type Probing, stagesOf } from './trial-stage.ts';

/** Single-user times closer than this cannot tell a shared queue from a shared processor (docs/methods.md §3). */
const tellingRatio = 3;

/** P3: every endpoint that was asked while another one was held. */
export function readCoupling(
  probing: Probing,
  single: readonly SingleUserReading[],
): readonly CouplingReading[] {
  const idleOf = (endpoint: number): Interval | null =>
    single.find((one) => one.endpoint === endpoint)?.mean ?? null;
  return stagesOf(probing, 'coupling').flatMap(({ trial: { held }, measurement, unusable }) => {
    const heldIdle = idleOf(held);
    const heldLoaded = unusable === null ? meanTime([measurement.endpoints[held]]) : null;
    const heldAdded = heldIdle === null || heldLoaded === null ? null : differenceOf(heldIdle, heldLoaded);
    return measurement.endpoints.flatMap((own, probed): CouplingReading[] => {
      if (own === null || probed === held || own.count === 0) return [];
      const idle = idleOf(probed);
      const loaded = unusable === null ? meanTime([own]) : null;
      const added = idle === null || loaded === null ? null : differenceOf(idle, loaded);
      const slowdown = idle === null || loaded === null ? null : ratioOf(idle, loaded);
      const heldSlowdown = heldIdle === null || heldLoaded === null ? null : ratioOf(heldIdle, heldLoaded);
      const factor = slowdown === null || heldSlowdown === null ? null : ratioOf(heldSlowdown, slowdown);
      const apart = idle === null || heldIdle === null ? 1 : idle.value / heldIdle.value;
      return [
        {
          held,
          probed,
          stage: measurement.stage,
          idle,
          loaded,
          added,
          heldAdded,
          share: added === null || heldAdded === null ? null : shareOf(added, heldAdded),
          factor,
          tellsApart: apart >= tellingRatio || apart <= 1 / tellingRatio,
        },
      ];
    });
  });
}
