import { analyse } from '../../src/analyse/analyse.ts';
import type { Analysis } from '../../src/analyse/analysis.ts';
import { splitRun } from '../../src/analyse/split-run.ts';
import { version } from '../../src/plan/version.ts';
import type { Run } from '../../src/record/run.ts';

/** The same run as the tool would have judged it from its ladder alone. */
export function withoutProbes(run: Run): Analysis {
  const { run: ladder } = splitRun(run);
  const events = ladder.events.filter(({ kind }) => kind !== 'trial' && !kind.startsWith('scout'));
  return analyse({ ...ladder, events }, { version, earlier: null });
}
