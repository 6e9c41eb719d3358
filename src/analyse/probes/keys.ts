import type { EndpointProbe } from '../../plan/plan.ts';
import { whyNotProbed } from '../../plan/probe-plan.ts';
import { scoutingOf } from '../../record/scouting.ts';
import { ratioOf } from '../diagnosis/contrast.ts';
import { fewestSuccesses, meanTime } from './probe-interval.ts';
import type { KeysReading, SingleUserReading } from './probe-readings.ts';
import { type ProbedStage, type Probing, stagesOf } from './trial-stage.ts';

/**
 * P5: the same key against others, and conditional requests. An endpoint without keys is always asked for the same: its
 * time alone is that of the same key, and there are no others.
 */
export function readKeys(probing: Probing, single: readonly SingleUserReading[]): readonly KeysReading[] {
  const { endpoints } = probing.run.plan;
  const scouting = scoutingOf(probing.run);
  const stages = stagesOf(probing, 'keys').filter(({ unusable }) => unusable === null);
  const probeOf = (kind: EndpointProbe['kind'], of: number): number =>
    endpoints.findIndex(({ probe }) => probe?.kind === kind && probe.of === of);
  return endpoints.flatMap((endpoint, index): KeysReading[] => {
    if (whyNotProbed(endpoint) !== null) return [];
    const scouted = scouting.get(index);
    const alone = single.find((one) => one.endpoint === index)?.mean ?? null;
    const [same, conditional] = [probeOf('same-key', index), probeOf('conditional', index)];
    const asked = stages.some(({ measurement }) =>
      [same, conditional].some((probe) => (measurement.endpoints[probe]?.count ?? 0) > 0),
    );
    const isKeyed = same >= 0;
    if (!asked && (isKeyed || scouted === undefined || alone === null)) return [];
    const timeOf = (of: number) => meanTime(stages.map(({ measurement }) => measurement.endpoints[of]));
    const sameKey = isKeyed ? timeOf(same) : (timeOf(index) ?? alone);
    const otherKeys = isKeyed ? timeOf(index) : null;
    return [
      {
        endpoint: index,
        sameKey,
        otherKeys,
        ratio: sameKey === null || otherKeys === null ? null : ratioOf(otherKeys, sameKey),
        conditional: conditional < 0 ? null : conditionalOf(stages, conditional),
        identicalBodies: scouted?.identicalBodies ?? null,
        hasValidators: scouted === undefined ? null : scouted.etag !== null || scouted.lastModified !== null,
        hasAge: scouted === undefined ? null : scouted.age !== null,
      },
    ];
  });
}

function conditionalOf(stages: readonly ProbedStage[], index: number): KeysReading['conditional'] {
  let count = 0;
  let notModified = 0;
  for (const { windows } of stages)
    for (const window of windows) {
      if (window.endpoint !== index) continue;
      count += window.count;
      notModified += window.statuses['304'] ?? 0;
    }
  if (count < fewestSuccesses) return null;
  return {
    notModified: notModified / count,
    mean: meanTime(stages.map(({ measurement }) => measurement.endpoints[index])),
  };
}
