/** Something that instances share, and how much of it one of them should have. */
export interface ScalingLoad {
  /** Of all instances together. */
  readonly total: number;
  /** Of one instance. */
  readonly target: number;
}

export interface ScalingPolicy {
  readonly minimum: number;
  readonly maximum: number;
  /** A load this near to its target, as a share of it, changes nothing. */
  readonly tolerance: number;
  /** More instances only when all of this time has asked for them. */
  readonly upWindowMs: number;
  /** Fewer instances only when all of this time could have done with them. */
  readonly downWindowMs: number;
}

/**
 * As Kubernetes' HorizontalPodAutoscaler has it, so that what is tried here holds there: n′ = ⌈n · load / (n · target)⌉, the
 * largest over the loads, unless the load is within the tolerance; then the least of the up window and the most of the
 * down window. The two windows and the tolerance are the hysteresis.
 *
 * Source: kubernetes.io, "Horizontal Pod Autoscaling", algorithm details and stabilization window.
 */
export interface Scaling {
  /** How many instances there should be. `nowMs` grows from call to call. */
  desire(nowMs: number, instances: number, loads: readonly ScalingLoad[]): number;
}

export function createScaling(policy: ScalingPolicy): Scaling {
  const { minimum, maximum, upWindowMs, downWindowMs } = policy;
  let wishes: readonly { readonly atMs: number; readonly instances: number }[] = [];
  let sinceMs: number | undefined;
  return {
    desire(nowMs, instances, loads) {
      sinceMs ??= nowMs;
      const asked = Math.max(...loads.map((load) => askedFor(instances, load, policy.tolerance)), 0);
      const wish = Math.min(Math.max(asked, minimum), maximum);
      const window = Math.max(upWindowMs, downWindowMs);
      wishes = [...wishes.filter(({ atMs }) => atMs > nowMs - window), { atMs: nowMs, instances: wish }];
      const within = (windowMs: number) => {
        const recent = wishes.filter(({ atMs }) => atMs > nowMs - windowMs).map((each) => each.instances);
        // What was before the first reading is taken to have been right.
        return nowMs - (sinceMs ?? nowMs) < windowMs ? [...recent, instances] : [...recent, wish];
      };
      const up = Math.min(...within(upWindowMs));
      const down = Math.max(...within(downWindowMs));
      return Math.min(Math.max(instances, up), down);
    },
  };
}

function askedFor(instances: number, { total, target }: ScalingLoad, tolerance: number): number {
  // Rounded, so that 1.1 is within a tenth, and 3 · (0.7 / 0.7) does not ask for a fourth.
  const ratio = rounded(total / (instances * target));
  return rounded(Math.abs(ratio - 1)) <= tolerance ? instances : Math.ceil(rounded(instances * ratio));
}

function rounded(value: number): number {
  return Number(value.toFixed(9));
}
