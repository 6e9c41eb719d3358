import { issue, type Path, pathText } from './fault.ts';
import { placedSteps, type StepPlace } from './flow-values.ts';
import type { Surroundings } from './normalise-endpoint.ts';
import type { FlowEndpoint } from './normalise-flows.ts';
import { checkPlaceholders } from './placeholder-check.ts';
import type { Flow } from './plan.ts';

/**
 * Each placeholder and condition of a flow has a value when its step begins, and all data of the flow is used. The
 * requests of all flows so far stand in `endpoints`, from index `first` of the plan's.
 */
export function checkFlow(
  flow: Flow,
  at: Path,
  endpoints: readonly FlowEndpoint[],
  first: number,
  around: Surroundings,
): void {
  const drawn = new Set(Object.keys(flow.data));
  if (flow.steps.length === 0) {
    for (const { endpoint, at: here, short } of endpoints) {
      if (endpoint.flow === flow.name)
        checkPlaceholders(endpoint, here, short, around, {
          known: drawn,
          elsewhere: new Map(),
          anyName: true,
        });
    }
    return;
  }
  const places = [...placedSteps(flow.steps, [...at, 'steps'], drawn)];
  const used = new Set<string>();
  for (const [index, { step, at: here, known }] of places.entries()) {
    const elsewhere = hints(places, index);
    if (step.kind === 'request') {
      const one = endpoints[step.endpoint - first];
      if (one === undefined) continue;
      const values = { known, elsewhere, anyName: false };
      for (const name of checkPlaceholders(one.endpoint, here, one.short, around, values)) used.add(name);
    } else if (step.kind === 'choose' && step.when.kind === 'values') {
      for (const name of Object.keys(step.when.values)) {
        used.add(name);
        if (known.has(name)) continue;
        const hint =
          elsewhere.get(name) ?? 'extract it from an earlier answer, or write it into data of the flow';
        const received = known.size === 0 ? 'no values' : `values of ${[...known].join(', ')}`.slice(0, 100);
        around.report(issue([...here, 'if', name], `a value of {${name}}`, received, hint, 'key'));
      }
    }
  }
  for (const name of drawn) {
    if (used.has(name)) continue;
    const hint = `write {${name}} where it belongs, or remove it`;
    around.report(issue([...at, 'data', name], `{${name}} in one of the steps`, 'none', hint, 'key'));
  }
}

/** Why a value isn't there at a step although the flow extracts it. */
function hints(places: readonly StepPlace[], index: number): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [place, { step, at }] of places.entries()) {
    if (step.kind !== 'request') continue;
    for (const name of Object.keys(step.extract)) {
      if (found.has(name)) continue;
      const where = pathText(at);
      found.set(
        name,
        place < index
          ? `${where} extracts it, but not on every way to here: extract it before, or on each way`
          : place === index
            ? 'it is there from the next step on'
            : `${where} extracts it too late: move that step before this one`,
      );
    }
  }
  return found;
}
