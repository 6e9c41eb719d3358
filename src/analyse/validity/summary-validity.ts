import type { RunStage } from '../../record/run.ts';
import type { StageValidity } from '../analysis.ts';
import type { Measurement } from '../measure/measurement.ts';
import { count, milliseconds, number, rateFigure } from '../words.ts';
import { judged, notChecked, passOrFail } from './check.ts';

/**
 * What another tool's summary lets be checked: nothing contradicts it, so its arithmetic is used; nothing confirms it,
 * so no cause may be drawn from it.
 */
export function summaryValidity(stage: RunStage, number: number, total: Measurement): StageValidity {
  if (total.count === 0) {
    return judged(number, [
      passOrFail(false, 'invalid', {
        check: 'requests',
        title: 'Requests',
        value: 0,
        threshold: 1,
        unit: 'requests',
        statement: `The file tells of no request in stage ${number}.`,
      }),
    ]);
  }
  return judged(number, [
    notChecked('ramp', 'Steady part', 'The file does not keep the ramp apart from the steady part.'),
    notChecked('littles-law', "Little's law", 'The file holds no sampled number of requests in flight.'),
    notChecked('response-time-law', 'Interactive response-time law', inFlightStatement(stage, total)),
    notChecked(
      'warm-up',
      'Steady state',
      'The file holds totals only: whether the stage had settled is unknown.',
    ),
    notChecked('generator', 'Load generator', 'The file does not tell how the load generator itself was.'),
  ]);
}

function inFlightStatement({ users }: RunStage, { rate, responseTime }: Measurement): string {
  const avg = responseTime?.avg;
  if (rate === null || avg === undefined) {
    return 'The file tells no rate or no average: how many requests were in flight is unknown.';
  }
  const inFlight = (rate * avg) / 1000;
  const figures = `${rateFigure(rate)} requests/s × ${milliseconds(avg)} = ${number(inFlight, inFlight < 10 ? 1 : 0)} requests in flight`;
  if (users === null) return `${figures}; the file tells no number of users to compare with.`;
  const others = Math.max(0, users - Math.round(inFlight));
  if (others === 0) return `${figures}: all ${count(users, 'user')} were waiting for an answer.`;
  const rest = inFlight < 1 ? 'Nearly all of them' : `The other ${number(others)}`;
  return `${figures} of ${count(users, 'user')}. ${rest} were thinking, or the load generator or the network held them: the file cannot tell which, so no cause may be drawn from it.`;
}
