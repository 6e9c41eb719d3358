import { mkdirSync, writeFileSync } from 'node:fs';
import { analysisJsonSchema } from '../src/analyse/analyse.ts';
import { comparisonJsonSchema } from '../src/analyse/compare/comparison.ts';
import { verificationJsonSchema } from '../src/analyse/verify/verification.ts';
import { predictionJsonSchema } from '../src/analyse/what-if/prediction.ts';
import { planJsonSchema } from '../src/plan/plan-schema.ts';

/** Writes the published JSON Schemas from the schemas that Loadline itself checks by. */
const folder = new URL('../schema/', import.meta.url);
mkdirSync(folder, { recursive: true });
const schemas = {
  'plan.schema.json': planJsonSchema(),
  'analysis.schema.json': analysisJsonSchema(),
  'prediction.schema.json': predictionJsonSchema(),
  'verification.schema.json': verificationJsonSchema(),
  'comparison.schema.json': comparisonJsonSchema(),
};
for (const [name, schema] of Object.entries(schemas)) {
  writeFileSync(new URL(name, folder), `${JSON.stringify(schema, null, 2)}\n`);
  process.stderr.write(`wrote schema/${name}\n`);
}
