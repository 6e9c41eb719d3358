import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { analyse } from '../../src/analyse/analyse.ts';
import { importLocust } from '../../src/import/locust.ts';
import { loadPlan } from '../../src/plan/load-plan.ts';
import { renderReport } from '../../src/report/report.ts';

const here = import.meta.dirname;

it("the report of the reference document's figures is the golden one", async () => {
  const { plan } = await loadPlan('plan.yaml', { env: {}, cwd: here });
  const files = [10, 50, 100].map((users) => {
    const file = `${users}_stats.csv`;
    return { users, file, statsText: readFileSync(path.join(here, file), 'utf8') };
  });
  const report = renderReport(analyse(importLocust({ files, plan }), { version: 'golden' }), 'md');
  const golden = path.join(here, '../golden/reference.md');
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, report);
  expect(report).toBe(readFileSync(golden, 'utf8'));
  // Where the document was wrong.
  for (const said of [
    'The knee lies in (50, 100\\] users',
    'cannot tell a linear growth of the response time from an exponential one',
    "17 requests in flight (Little's law), not 100",
    'database connection pool exhaustion cannot be drawn from them, nor excluded',
    'an average can hold while many requests are slow',
    'From 50 to 100 users (+100 %) throughput changed by −8.9 % (16.89 → 15.38 requests/s',
    '1 of 9 requirements met',
  ])
    expect(report).toContain(said);
  expect(report).not.toMatch(/3-5x|grows exponentially/i);
});
