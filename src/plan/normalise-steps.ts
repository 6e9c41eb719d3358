import { issue, type Path, quoted } from './fault.ts';
import type { ChooseStepInput, RepeatStepInput, StepInput } from './flow-schema.ts';
import { limits } from './limits.ts';
import type { RequestInput, Surroundings } from './normalise-endpoint.ts';
import { normaliseExtraction } from './normalise-extraction.ts';
import { normaliseThinkTime } from './normalise-think-time.ts';
import type { Condition, Extraction, Flow, FlowStep } from './plan.ts';
import { isPlaceholderName, scalarText } from './plan-text.ts';
import { parseIntegerRange, parseShare } from './quantity.ts';

/** Adds a request to the plan's endpoints and gives its index there; `names`: what may fill it, early or late. */
export type AddRequest = (given: string | RequestInput, at: Path, names: ReadonlySet<string>) => number;

/** The steps of a flow with the given data; what each of them may use is another's look (`flow-check.ts`). */
export function normaliseSteps(
  inputs: readonly StepInput[],
  at: Path,
  data: Flow['data'],
  around: Surroundings,
  addRequest: AddRequest,
): readonly FlowStep[] {
  const { origin, report } = around;
  const names = new Set([...Object.keys(data), ...extractedNames(inputs)]);
  return list(inputs, at, 1);

  function list(given: readonly StepInput[], here: Path, depth: number): readonly FlowStep[] {
    if (depth <= limits.flowDepth) return given.map((one, index) => step(one, [...here, index], depth));
    const what = `at most ${limits.flowDepth} levels of steps`;
    report(issue(here, what, 'a deeper one', 'make a flow of its own of it'));
    return [];
  }

  function step(given: StepInput, here: Path, depth: number): FlowStep {
    if (typeof given === 'string') {
      const endpoint = addRequest(given, here, names);
      return { kind: 'request', endpoint, once: false, extract: {}, thinkTime: null };
    }
    if ('request' in given) {
      return {
        kind: 'request',
        endpoint: addRequest(given, here, names),
        once: given.once ?? false,
        extract: extractions(given.extract ?? {}, [...here, 'extract']),
        thinkTime:
          given.thinkTime === undefined
            ? null
            : normaliseThinkTime(given.thinkTime, [...here, 'thinkTime'], report),
      };
    }
    if ('think' in given)
      return { kind: 'think', thinkTime: normaliseThinkTime(given.think, [...here, 'think'], report) };
    if ('repeat' in given) return repeat(given, here, depth);
    return {
      kind: 'choose',
      when: condition(given, here),
      steps: list(given.then, [...here, 'then'], depth + 1),
      otherwise: list(given.else ?? [], [...here, 'else'], depth + 1),
    };
  }

  function repeat(given: RepeatStepInput, here: Path, depth: number): FlowStep {
    const range =
      typeof given.repeat === 'number'
        ? { from: given.repeat, to: given.repeat }
        : (parseIntegerRange(given.repeat) ?? { from: 0, to: 0 });
    const place = [...here, 'repeat'];
    if (range.from > range.to) {
      const what = 'a range whose first number is not above its last';
      report(issue(place, what, quoted(String(given.repeat)), `write ${range.to}..${range.from}`));
    } else if (range.to > limits.flowRepeats) {
      report(issue(place, `at most ${limits.flowRepeats} times`, String(range.to)));
    }
    return { kind: 'repeat', ...range, steps: list(given.steps, [...here, 'steps'], depth + 1) };
  }

  function condition(given: ChooseStepInput, here: Path): Condition {
    if ((given.if === undefined) === (given.chance === undefined))
      report(issue(here, 'if or chance', given.if === undefined ? 'neither' : 'both'));
    if (given.if === undefined) return { kind: 'chance', share: parseShare(given.chance ?? 0) ?? 0 };
    const values: Record<string, readonly string[]> = {};
    for (const [name, accepted] of Object.entries(given.if)) {
      const place = [...here, 'if', name];
      values[name] = Array.isArray(accepted)
        ? accepted.map((one, index) => scalarText(one, [...place, index], origin))
        : [scalarText(accepted, place, origin)];
    }
    if (Object.keys(values).length === 0)
      report(issue([...here, 'if'], 'at least one value', 'an empty object'));
    return { kind: 'values', values };
  }

  function extractions(
    given: NonNullable<Exclude<Extract<StepInput, { request: string }>['extract'], undefined>>,
    here: Path,
  ): Readonly<Record<string, Extraction>> {
    const extract: Record<string, Extraction> = {};
    if (Object.keys(given).length > limits.extractions)
      report(issue(here, `at most ${limits.extractions} values`, `${Object.keys(given).length} of them`));
    for (const [name, place] of Object.entries(given)) {
      const at = [...here, name];
      if (!isPlaceholderName(name))
        report(issue(at, 'a name of letters, digits, - and _', quoted(name), null, 'key'));
      if (Object.hasOwn(data, name)) {
        const hint = 'a pass begins with the data again: choose another name';
        report(issue(at, "a name that the flow's data hasn't", quoted(name), hint, 'key'));
      }
      extract[name] = normaliseExtraction(place, at, around);
    }
    return extract;
  }
}

function extractedNames(inputs: readonly StepInput[]): readonly string[] {
  return inputs.flatMap((given): readonly string[] => {
    if (typeof given === 'string' || 'think' in given) return [];
    if ('request' in given) return Object.keys(given.extract ?? {});
    if ('repeat' in given) return extractedNames(given.steps);
    return [...extractedNames(given.then), ...extractedNames(given.else ?? [])];
  });
}
