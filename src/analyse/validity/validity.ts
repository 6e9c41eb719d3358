import { abortReason } from '../../record/abort-event.ts';
import { mergeSnapshots } from '../../record/histogram.ts';
import type { Run, RunStage } from '../../record/run.ts';
import type { Analysis, StageValidity } from '../analysis.ts';
import type { Measurement, StageMeasurement } from '../measure/measurement.ts';
import type { SteadyPart } from '../measure/steady-part.ts';
import { count, list, seconds } from '../words.ts';
import { type JudgedCheck, judged, passOrFail } from './check.ts';
import { generatorChecks } from './generator-checks.ts';
import { halvesCheck } from './halves-check.ts';
import { littlesLaw, responseTimeLaw } from './laws.ts';
import { fewRequests } from './validity-limits.ts';

/** What a recorded stage is judged by. */
export type Observed = {
  readonly run: Run;
  readonly stage: RunStage;
  readonly number: number;
  readonly part: SteadyPart | null;
  readonly total: Measurement;
  readonly endpoints: readonly (Measurement | null)[];
  readonly inFlight: number | null;
  readonly thinkTimeMs: number | null;
};

/** Every check that the recording allows, and what they make of the stage. */
export function validityOf(observed: Observed): StageValidity {
  const { part, total, number } = observed;
  if (part === null) return judged(number, [noSteadyPart(observed), completeCheck(observed)]);
  if (total.count === 0)
    return judged(number, [rampCheck(part), nothingEnded(part), completeCheck(observed)]);
  const all = mergeSnapshots(part.windows.map((window) => window.service));
  const allResponse = mergeSnapshots(part.windows.map((window) => window.response));
  return judged(number, [
    rampCheck(part),
    requestsCheck(total),
    completeCheck(observed),
    littlesLaw(part, all, observed),
    responseTimeLaw(observed, part, allResponse),
    halvesCheck(total, observed.endpoints),
    ...generatorChecks(observed, part),
  ]);
}

function noSteadyPart({ stage, number }: Observed): JudgedCheck {
  return passOrFail(false, 'invalid', {
    check: 'ramp',
    title: 'Steady part',
    value: 0,
    threshold: null,
    unit: 's',
    statement:
      stage.state === 'interrupted'
        ? `Stage ${number} was interrupted before all its users were running: there is no steady part to analyse.`
        : `Stage ${number} has no steady part: nothing ended after the ramp.`,
  });
}

function rampCheck(part: SteadyPart): JudgedCheck {
  const left =
    part.warmUpSeconds > 0 ? `The ramp and ${seconds(part.warmUpSeconds)} of warm-up were` : 'The ramp was';
  return passOrFail(true, 'none', {
    check: 'ramp',
    title: 'Steady part',
    value: part.seconds,
    threshold: null,
    unit: 's',
    statement: part.whole
      ? `${left} kept apart; ${seconds(part.seconds)} of steady load are analysed.`
      : `The steady part holds no whole second; its ${seconds(part.seconds)} are analysed as they are.`,
  });
}

function nothingEnded(part: SteadyPart): JudgedCheck {
  return passOrFail(false, 'invalid', {
    check: 'requests',
    title: 'Requests',
    value: 0,
    threshold: 1,
    unit: 'requests',
    statement: `No request ended within the ${seconds(part.seconds)} of the steady part: there is nothing to analyse.`,
  });
}

function requestsCheck(total: Measurement): JudgedCheck {
  const few = total.count < fewRequests;
  return {
    check: {
      check: 'requests',
      title: 'Requests',
      outcome: few ? 'not-checked' : 'pass',
      value: total.count,
      threshold: fewRequests,
      unit: 'requests',
      statement: few
        ? `Only ${count(total.count, 'request')} ended in the steady part, fewer than ${fewRequests}: the figures are what was seen, not yet what is to be expected.`
        : `${count(total.count, 'request')} ended in the steady part, at least ${fewRequests} are wanted.`,
    },
    consequence: 'none',
  };
}

function completeCheck({ stage, run, number }: Observed): JudgedCheck {
  if (stage.state === 'complete') {
    return passOrFail(true, 'none', {
      check: 'complete',
      title: 'Complete',
      value: null,
      threshold: null,
      unit: '',
      statement: 'The stage ran to its end.',
    });
  }
  const because = abortReason(run);
  const how =
    run.state === 'cut'
      ? 'was cut off'
      : because === null
        ? 'was interrupted'
        : 'was stopped by Loadline itself';
  const lasted = Math.max(0, (stage.steadyToMs - stage.steadyFromMs) / 1000);
  return passOrFail(false, 'none', {
    check: 'complete',
    title: 'Complete',
    value: null,
    threshold: null,
    unit: '',
    statement: `Stage ${number} ${how} after ${seconds(lasted)} of steady load; what was measured until then is used.${because === null ? '' : ` Why: ${because}.`}`,
  });
}

/** The run as a whole: valid if every stage is, invalid if none can be used. */
export function overallValidity(measurements: readonly StageMeasurement[]): Analysis['validity'] {
  const stages = measurements.map((measurement) => measurement.validity);
  const numbers = (state: StageValidity['state']) =>
    stages.filter((stage) => stage.state === state).map((stage) => String(stage.stage));
  const invalid = numbers('invalid');
  const limited = numbers('lower-bound');
  const named = (which: readonly string[]) => `${which.length === 1 ? 'stage' : 'stages'} ${list(which)}`;
  if (stages.length === 0 || invalid.length === stages.length) {
    return {
      overall: 'invalid',
      statement: stages.length === 0 ? 'No stage was run.' : 'No stage can be used: see what each failed.',
      stages,
    };
  }
  if (invalid.length === 0 && limited.length === 0) {
    const unchecked = stages.every((stage) => stage.checks.every((check) => check.outcome === 'not-checked'));
    return {
      overall: 'valid',
      statement: unchecked
        ? 'The file holds nothing by which the measurement could be checked: nothing contradicts it, nothing confirms it.'
        : `Nothing contradicts the measurement: no check failed that would make ${stages.length === 1 ? 'the stage' : 'a stage'} unusable.`,
      stages,
    };
  }
  const parts = [
    limited.length > 0
      ? `In ${named(limited)} the load generator or the plan was the limit: the target may carry more than was measured there.`
      : '',
    invalid.length > 0 ? `The figures of ${named(invalid)} cannot be used.` : '',
  ];
  return { overall: 'lower-bound', statement: parts.filter((part) => part !== '').join(' '), stages };
}
