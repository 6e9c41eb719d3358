import { faultsOf, issue, type Origin, originWithoutPlaces } from './fault.ts';
import { limits } from './limits.ts';
import { normalisePlan, type PlanOutcome } from './normalise-plan.ts';
import { type PlanFormat, readPlanDocument } from './plan-document.ts';

export { normalisePlan, type PlanFormat, type PlanOutcome };

/**
 * A plan from its text: the plan with all defaults, or every fault with its line and column. Never throws.
 *
 * @example parsePlan('target: http://127.0.0.1:3000\nendpoints: [GET /]\nload: { users: 10 }', { file: 'a.yaml', format: 'yaml' }).state // 'valid'
 */
export function parsePlan(
  text: string,
  from: { readonly file: string; readonly format: PlanFormat },
): PlanOutcome {
  return parsePlanText(text, from).outcome;
}

/** As {@link parsePlan}, with the places in the text, for those who find more faults later. */
export function parsePlanText(
  text: string,
  { file, format }: { readonly file: string; readonly format: PlanFormat },
): { readonly outcome: PlanOutcome; readonly origin: Origin } {
  const nowhere = originWithoutPlaces(file);
  const size = sizeIssue(text);
  if (size !== null)
    return { outcome: { state: 'faulty', faults: faultsOf([size], nowhere) }, origin: nowhere };
  const read = readPlanDocument(text.replace(/^\ufeff/, ''), file, format);
  if (read.state === 'read') return { outcome: normalisePlan(read.value, read.origin), origin: read.origin };
  return { outcome: { state: 'faulty', faults: faultsOf(read.issues, nowhere) }, origin: nowhere };
}

function sizeIssue(text: string) {
  const hint = 'move its data to a CSV or JSON file';
  if (text.length > limits.planBytes)
    return issue([], `a plan of at most ${limits.planBytes} bytes`, 'a longer one', hint);
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return lines > limits.planLines
    ? issue([], `a plan of at most ${limits.planLines} lines`, `${lines} lines`, hint)
    : null;
}
