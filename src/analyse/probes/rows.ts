import { okRateOf } from '../diagnosis/contrast.ts';
import { meanTime } from './probe-interval.ts';
import type { RowsReading } from './probe-readings.ts';
import { type Probing, stagesOf } from './trial-stage.ts';

/** P7: writes to one row, and spread. */
export function readRows(probing: Probing): readonly RowsReading[] {
  const { endpoints } = probing.run.plan;
  const stages = stagesOf(probing, 'rows');
  const written = [...new Set(stages.map(({ trial }) => trial.endpoint))];
  return written.map((endpoint) => {
    const one = endpoints.findIndex(({ probe }) => probe?.kind === 'same-key' && probe.of === endpoint);
    const sideOf = (spread: boolean): RowsReading['spread'] => {
      const stage = stages.find(
        ({ trial, unusable }) => trial.endpoint === endpoint && trial.spread === spread && unusable === null,
      );
      const own = stage?.measurement.endpoints[spread ? endpoint : one];
      if (!own) return null;
      const [rate, mean] = [okRateOf(own), meanTime([own])];
      return rate === null || mean === null ? null : { rate, mean };
    };
    return { endpoint, oneRow: sideOf(false), spread: sideOf(true) };
  });
}
