import type { GroundTruthSystem, PlannedEndpoint } from './system.ts';

/** What a kind of lab draws; the catalogue names it. */
export type LabDraft = Pick<
  GroundTruthSystem,
  'truth' | 'faulty' | 'remedied' | 'endpoints' | 'thinkTime' | 'maxUsers' | 'comparedUsers'
>;

export function labEndpoint(
  path: string,
  weight: number,
  data: PlannedEndpoint['data'] = {},
): PlannedEndpoint {
  return { request: `GET ${path}`, weight, data, body: false };
}
