import type { FlowFunction } from '../../plan/flow-script.ts';
import type { FlowFaults } from './flow-faults.ts';
import type { OnceResults } from './once-pass.ts';
import type { ScriptRequests } from './script-requests.ts';

/** What all passes of a flow share. */
export type Script = {
  readonly work: FlowFunction;
  /** The plan's. */
  readonly file: string;
  readonly requests: ScriptRequests;
  readonly faults: FlowFaults;
  /** The flow's data among the user's values. */
  readonly dataOf: (values: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
};

/** What stays of a user from pass to pass. */
export type ScriptKeeps = {
  readonly memory: Record<string, unknown>;
  readonly results: OnceResults;
};
