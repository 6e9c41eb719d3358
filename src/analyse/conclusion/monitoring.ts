import type { Run } from '../../record/run.ts';
import { telemetryFailures, telemetryOf } from '../../record/telemetry.ts';
import type { ReadinessRow } from '../analysis.ts';
import { count } from '../words.ts';

export type Row = ReadinessRow & { readonly required: boolean };

/** What a plan may declare of itself, and Loadline can see. */
export function isMonitoring(declared: string): boolean {
  return /^monitoring$/i.test(declared);
}

/** Whether the target's own figures could be read, where the plan says where they stand; required if it declares them. */
export function monitoring(run: Run): Row[] {
  if (run.plan.observe === undefined) return [];
  const row = {
    requirement: 'Monitoring',
    target: 'yes',
    required: Object.keys(run.plan.readiness.declared).some(isMonitoring),
  };
  const names = telemetryOf(run).flatMap(({ readings, serverTiming }) => [
    ...Object.keys(readings),
    ...Object.keys(serverTiming ?? {}),
  ]);
  const seen = new Set(names).size;
  if (seen > 0) {
    return [
      { ...row, current: `yes: ${count(seen, 'reading')} of the target seen`, met: true, basis: 'observed' },
    ];
  }
  const because = telemetryFailures(run)[0]?.because ?? 'nothing was told';
  return [{ ...row, current: `not seen: ${because}`, met: null, basis: 'unknown' }];
}
