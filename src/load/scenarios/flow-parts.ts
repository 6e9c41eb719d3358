import type { User } from '../scenario.ts';
import type { FlowFaultReport } from './flow-faults.ts';

/** What a flow is given by the worker that runs it. */
export type FlowParts = {
  /** Draws the flow's data into the user's values; false: it is used up, and the user stands still. */
  readonly draw: (user: User) => boolean;
  readonly report: (fault: FlowFaultReport) => void;
};

/**
 * A pass that neither requested anything nor paused ends after so long, or its user would spin and be all that its
 * worker does. It counts as think time, so that the response-time law still holds.
 */
export const idlePauseMs = 100;
