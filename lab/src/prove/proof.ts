import type { ChecklistRow } from './checklist.ts';
import type { MeasuredEffect, OverloadFigures, Predicted, StageFigures } from './figures.ts';
import type { Footprint } from './footprint.ts';
import type { PoolReading } from './observation.ts';

/** A system that was measured by the ladder. */
export interface MeasuredSystem {
  readonly stages: readonly StageFigures[];
  readonly pool: PoolReading;
  readonly footprint: Footprint;
}

/** A remedy by itself on the baseline, or all of them. */
export interface ProvenRemedy extends MeasuredSystem {
  readonly id: string;
  readonly title: string;
  /** `null`: Loadline's run holds no basis; a text: why there is no model. */
  readonly predicted: Predicted | string | null;
  readonly assumes: string | null;
  readonly effect: MeasuredEffect;
  readonly cost: string;
}

/** What was looked at after the load as well. */
export interface Probed {
  readonly checklist: readonly ChecklistRow[];
  /** How a static page is sent; `null`: not looked at. */
  readonly staticPage: string | null;
}

/** What Loadline said of the baseline by itself. */
export interface Diagnosed {
  readonly statement: string;
  readonly findings: readonly string[];
  readonly recommendations: readonly string[];
}

/** Everything that `lab prove` measured: the document renders it and adds no fact. Times ms, rates per second. */
export interface Proof {
  readonly kind: 'lab-proof';
  readonly when: string;
  readonly machine: string;
  readonly minutes: number;
  readonly diagnosed: Diagnosed;
  readonly baseline: MeasuredSystem & Probed;
  /** The baseline once more at the end, against the first: what a difference of nothing looks like. */
  readonly again: MeasuredEffect;
  readonly remedies: readonly ProvenRemedy[];
  /** Remedies that could not be started here. */
  readonly unmeasured: readonly { readonly title: string; readonly because: string }[];
  readonly overload: { readonly without: OverloadFigures; readonly limited: OverloadFigures };
  readonly together: ProvenRemedy & Probed;
}
