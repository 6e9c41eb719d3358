import type { Rule } from '../rule.ts';
import { contentionCollapse } from './contention-collapse.ts';
import { drift } from './drift.ts';
import { errorsUnderLoad } from './errors-under-load.ts';
import { generator } from './generator.ts';
import { loadShedding } from './load-shedding.ts';
import { noKeepAlive } from './no-keep-alive.ts';
import { periodicStalls } from './periodic-stalls.ts';
import { queueing } from './queueing.ts';
import { rateLimit } from './rate-limit.ts';
import { slowWrites } from './slow-writes.ts';

/** All rules; what they find is reported in this order. */
export const rules: readonly Rule[] = [
  generator,
  errorsUnderLoad,
  rateLimit,
  loadShedding,
  contentionCollapse,
  queueing,
  periodicStalls,
  drift,
  noKeepAlive,
  slowWrites,
];
