import { type Analysis, analysisSchema } from '../analyse/analysis.ts';

/**
 * The analysis as JSON: keys in the schema's order, records as the analysis gives them, a line break at the end.
 * An analysis that breaks its own schema is written as it is: what was measured is never lost to a check.
 */
export function renderJson(analysis: Analysis): string {
  const checked = analysisSchema.safeParse(analysis);
  return `${JSON.stringify(checked.success ? checked.data : analysis, null, 2)}\n`;
}
