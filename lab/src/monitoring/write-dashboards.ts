/** Writes the Grafana dashboards to lab/monitoring/dashboards: npm run dashboards -w lab. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dashboards } from './dashboards.ts';

const folder = fileURLToPath(new URL('../../monitoring/dashboards/', import.meta.url));

mkdirSync(folder, { recursive: true });
for (const [name, dashboard] of Object.entries(dashboards()))
  writeFileSync(`${folder}${name}.json`, `${JSON.stringify(dashboard, null, 2)}\n`);
