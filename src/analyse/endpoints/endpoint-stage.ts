import type { EndpointStage } from '../analysis.ts';
import type { Measurement, StageMeasurement } from '../measure/measurement.ts';

/** One endpoint in one stage; null: no request of it ended there. */
export function endpointStageOf(
  { stage, users }: StageMeasurement,
  measurement: Measurement | null,
): EndpointStage | null {
  if (measurement === null || measurement.count === 0) return null;
  const { avg, p50, p95, p99 } = measurement.intervals;
  const anyInterval = avg ?? p50 ?? p95 ?? p99;
  return {
    stage,
    users,
    count: measurement.count,
    rate: measurement.rate,
    errors: measurement.errors,
    failed: measurement.failed,
    failures: [...measurement.failures],
    responseTime: measurement.responseTime,
    serviceTime: measurement.serviceTime,
    firstByte: measurement.firstByte,
    responseTimeInterval: anyInterval === null ? null : { avg, p50, p95, p99 },
    bytes: measurement.bytes,
    newConnections: measurement.newConnections,
    connectTime: measurement.connectTime,
  };
}
