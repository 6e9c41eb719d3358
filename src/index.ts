import type { PlanInput } from './plan/plan-schema.ts';

export {
  type FlowAnswer,
  type FlowFunction,
  type FlowRequest,
  type FlowUser,
  type FlowVerb,
  flow,
  type ScriptFlow,
} from './plan/flow-script.ts';
export type {
  AbortCondition,
  Auth,
  Body,
  BodyPart,
  Check,
  ClosedLoad,
  Condition,
  ConnectionOptions,
  DataOrder,
  DataSource,
  Endpoint,
  Expectation,
  Extraction,
  Fault,
  Flow,
  FlowStep,
  JsonValue,
  Load,
  OpenLoad,
  Place,
  Plan,
  Readiness,
  Sla,
  SlaStatistic,
  ThinkTime,
  TlsOptions,
} from './plan/plan.ts';
export type { PlanInput };

/**
 * A plan written in TypeScript, completed and checked by the editor; `loadline run plan.ts` takes the module's
 * default export.
 *
 * @example
 * export default definePlan({
 *   target: 'http://127.0.0.1:3000',
 *   endpoints: ['GET /posts', { request: 'GET /posts/{id}', data: { id: '1..100' }, sla: '300ms' }],
 *   load: { users: [10, 50, 100], duration: '60s' },
 * });
 */
export function definePlan(plan: PlanInput): PlanInput {
  return plan;
}
