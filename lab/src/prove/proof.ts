import type { ChecklistRow } from './checklist.ts';
import type { MeasuredEffect, OverloadFigures, Predicted, StageFigures } from './figures.ts';
import type { Footprint } from './footprint.ts';
import type { PoolReading } from './observation.ts';
import type { StaticFigures } from './static-figures.ts';

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

/** A remedy of what no load above asks for. */
export interface StaticRemedyFigures {
  readonly id: string;
  readonly title: string;
  readonly cost: string;
  readonly figures: StaticFigures;
}

/** What was looked at after the load as well. */
export interface Probed {
  readonly checklist: readonly ChecklistRow[];
  readonly staticPage: StaticFigures;
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
  /** What the remedies were compared with: the baseline, measured before, between and after them. */
  readonly compared: { readonly baselines: number; readonly footprint: Footprint };
  /** The last of these against the others: what a difference of nothing looks like; `null`: there is only one. */
  readonly again: MeasuredEffect | null;
  /** Each by itself, and all together as the last. */
  readonly remedies: readonly ProvenRemedy[];
  readonly statics: readonly StaticRemedyFigures[];
  /** Remedies that could not be started here. */
  readonly unmeasured: readonly { readonly title: string; readonly because: string }[];
  readonly overload: { readonly without: OverloadFigures; readonly limited: OverloadFigures };
  readonly together: MeasuredSystem & Probed;
}
