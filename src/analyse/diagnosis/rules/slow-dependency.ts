import type { SingleUserReading } from '../../probes/probe-readings.ts';
import { change, list, milliseconds, number, share, stageName, times, within } from '../../words.ts';
import type { Facts } from '../facts.ts';
import { limitVerdictsOf, waitingNames } from '../limit-verdict.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';
import { controlOf, type SlowEndpoint, slowEndpointOf } from '../slow-endpoint.ts';
import { nPlusOne } from './n-plus-one.ts';
import { periodicStalls } from './periodic-stalls.ts';

/** Slow for a single user, always or in a slow mode, at every load alike, while the control is fast. */
export const slowDependency: Rule = { causes: ['slow-dependency'], accuse };

function accuse(facts: Facts): Accusation | null {
  const control = controlOf(facts);
  // A stall makes some answers slow, whatever they wait for.
  if (control === null || periodicStalls.accuse(facts) !== null) return null;
  const explained = new Set([
    ...waitingNames(limitVerdictsOf(facts).filter(({ causes }) => causes.length === 1)),
    ...namesOf(nPlusOne.accuse(facts)),
  ]);
  const found = facts.readings.single.flatMap((single) => {
    const endpoint = facts.endpoints[single.endpoint];
    if (endpoint === undefined || endpoint.probe !== undefined || explained.has(endpoint.name)) return [];
    return slowEndpointOf(single, control, facts) ?? [];
  });
  const [first] = found;
  if (first === undefined) return null;
  const names = found.map((s) => s.name);
  const trivial = facts.endpoints[control.endpoint]?.name ?? '';
  return {
    kind: 'found',
    finding: {
      cause: 'slow-dependency',
      title: `${list(names, 4)} ${names.length === 1 ? 'waits' : 'wait'} for something slow, whatever the load${first.how === 'mode' ? `: ${share(first.slowMode?.share ?? 0)} of the requests take ${milliseconds(first.slowMode?.fromMs ?? 0)} and more` : ` (${milliseconds(first.mean.value)} for a single user)`}`,
      endpoints: names,
      confidence: first.growth === null ? 'low' : 'medium',
      estimates: Object.fromEntries(found.map((s) => [`${s.name}: one user (ms)`, s.mean])),
      evidence: found.flatMap((s) => evidenceFor(s, control, trivial)),
      excluded: [
        {
          cause: 'connection-pool',
          because:
            'With one user no request waits for another one, and more users made it no slower: nothing is queued for.',
        },
        {
          cause: 'cpu-saturation',
          because: `${trivial} took ${milliseconds(control.mean?.value ?? 0)} in the same stage: the processor had time.`,
        },
      ],
      disproof: `A trace of one slow request of ${list(names, 2)} shows no call to another service that takes most of its time.`,
      remedy: `Find what ${list(names, 3)} ${names.length === 1 ? 'calls' : 'call'} (another service, a remote query, a name look-up) and make it faster, call it in parallel, keep its answers, or give it a shorter time-out.`,
    },
  };
}

function evidenceFor(s: SlowEndpoint, control: SingleUserReading, trivial: string) {
  const stages = [...s.stages];
  const against =
    s.others === null ? '' : `; the plan's other endpoints take ${milliseconds(s.others)} (median)`;
  return [
    evidenceOf(
      `${s.name} takes ${milliseconds(s.mean.value)}${within(s.mean, milliseconds)} for a single user, ${trivial} ${milliseconds(control.mean?.value ?? 0)}${against}.`,
      `${s.name}: mean for one user (ms)`,
      s.mean,
      stages,
    ),
    ...(s.how === 'mode' && s.slowMode !== null
      ? [
          evidenceOf(
            `${share(s.slowMode.share)} of its requests took ${milliseconds(s.slowMode.fromMs)} and more, far from the others (median ${milliseconds(s.medianMs)}), as many at each load.`,
            `${s.name}: share of the slow mode`,
            s.slowMode.share,
            stages,
          ),
        ]
      : []),
    ...(s.growth === null
      ? []
      : [
          evidenceOf(
            `Load made no difference: its median changed by ${change(s.growth.ratio.value - 1)}${within(s.growth.ratio, (v) => number(v, 2))} up to ${stageName(s.growth.stage)}, to ${times(s.growth.ratio.value)}.`,
            `${s.name}: median at the highest load over that at the lowest`,
            s.growth.ratio,
            [s.growth.stage.stage],
          ),
        ]),
  ];
}

function namesOf(accusation: Accusation | null): readonly string[] {
  return accusation?.kind === 'found' ? accusation.finding.endpoints : [];
}
