import { basename } from 'node:path';
import { printable } from '../../plan/fault.ts';

/** What is wrong with a flow itself, not with the target. `fatal`: the run cannot go on as it was planned. */
export type FlowFaultReport = { readonly text: string; readonly fatal: boolean };

const longestText = 500;

/** The faults of one flow in one worker: counted, and told at the 1st, 10th, 100th, …: a run makes millions of passes. */
export class FlowFaults {
  readonly #flow: string;
  readonly #report: (fault: FlowFaultReport) => void;
  readonly #counts = new Map<FlowFaultKind, number>();

  constructor(flow: string, report: (fault: FlowFaultReport) => void) {
    this.#flow = flow;
    this.#report = report;
  }

  add(kind: FlowFaultKind, text: string): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (!/^10*$/.test(String(count))) return;
    const short = printable(text.length > longestText ? `${text.slice(0, longestText)}…` : text);
    const times = count === 1 ? '' : ` (${count.toLocaleString('en')} times by now)`;
    this.#report({
      text: `flow ${JSON.stringify(this.#flow)}: ${short}${times}`,
      fatal: kind === 'undeclared',
    });
  }
}

export type FlowFaultKind =
  /** The script asked for a request that the plan does not declare. */
  | 'undeclared'
  /** The script threw, or its promise was rejected. */
  | 'threw'
  /** A pass did nothing. */
  | 'idle';

/** What was thrown, and where in the plan's file. */
export function thrownText(error: unknown, file: string): string {
  if (!(error instanceof Error))
    return typeof error === 'string' ? `it threw ${error}` : `it threw a ${typeof error}`;
  const frame = error.stack?.split('\n').find((line) => line.includes(file));
  const place = frame === undefined ? null : /:(\d+):\d+\)?$/.exec(frame);
  return `${error.name}: ${error.message}${place === null ? '' : ` (${basename(file)}, line ${place[1]})`}`;
}
