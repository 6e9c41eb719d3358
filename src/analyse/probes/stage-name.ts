import type { Plan } from '../../plan/plan.ts';
import type { Trial } from '../../record/trial.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { count, rate, times } from '../words.ts';

/** What a stage of a search is called: `GET /posts alone, 16 users`. */
export function probeStageName(
  trial: Trial,
  { users, askedRate, endpoints }: StageMeasurement,
  plan: Plan,
): string {
  const name = (index: number): string => plan.endpoints[index]?.name ?? `endpoint ${index + 1}`;
  const load = users !== null ? count(users, 'user') : askedRate !== null ? rate(askedRate) : null;
  const loaded = (text: string): string => (load === null ? text : `${text}, ${load}`);
  const asked = endpoints.flatMap((one, index) => (one !== null && one.count > 0 ? [index] : []));
  const [only] = asked;
  switch (trial.kind) {
    case 'ladder':
      return loaded('ladder');
    case 'rate':
      return `trial at ${load ?? 'an unknown rate'}`;
    case 'hold':
      return `hold at ${load ?? 'an unknown load'}`;
    case 'recovery':
      return loaded('light load after the search');
    case 'single-user':
      return loaded(
        only !== undefined && asked.length === 1
          ? `${name(only)} alone`
          : `${count(asked.length, 'endpoint')} in turn`,
      );
    case 'solo':
      return loaded(`${name(trial.endpoint)} alone`);
    case 'coupling':
      return loaded(`beside ${name(trial.held)} under load`);
    case 'reuse':
      return loaded(trial.reused ? 'connections used again' : 'a new connection for each request');
    case 'keys':
      return loaded('the same key and other keys');
    case 'sizes':
      return loaded('results of several sizes');
    case 'rows':
      return loaded(`${name(trial.endpoint)} ${trial.spread ? 'spread over many rows' : 'to one row'}`);
    case 'step':
      return `step to ${load ?? 'an unknown rate'}${trial.factor === 1 ? '' : ` (${times(trial.factor)})`}`;
    case 'workers':
      return loaded(count(trial.workers, 'worker'));
    default:
      return trial satisfies never;
  }
}
