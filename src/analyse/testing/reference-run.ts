import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importLocust } from '../../import/locust.ts';
import { parsePlan } from '../../plan/parse-plan.ts';
import type { Run } from '../../record/run.ts';

/** The reference document's own figures, as another tool's summary. */
export function referenceRun(): Run {
  const text = (name: string) =>
    readFileSync(fileURLToPath(new URL(`../../../test/reference/${name}`, import.meta.url)), 'utf8');
  const parsed = parsePlan(text('plan.yaml'), { file: 'plan.yaml', format: 'yaml' });
  if (parsed.state !== 'valid') throw new Error('the reference plan is faulty');
  return importLocust({
    files: [10, 50, 100].map((users) => ({
      users,
      file: `${users}_stats.csv`,
      statsText: text(`${users}_stats.csv`),
    })),
    plan: parsed.plan,
  });
}
