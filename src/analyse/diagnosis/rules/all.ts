import type { Rule } from '../rule.ts';
import { connectionPool } from './connection-pool.ts';
import { contentionCollapse } from './contention-collapse.ts';
import { cpuSaturation } from './cpu-saturation.ts';
import { drift } from './drift.ts';
import { errorsUnderLoad } from './errors-under-load.ts';
import { generator } from './generator.ts';
import { loadShedding } from './load-shedding.ts';
import { lockContention } from './lock-contention.ts';
import { nPlusOne } from './n-plus-one.ts';
import { noCache } from './no-cache.ts';
import { noKeepAlive } from './no-keep-alive.ts';
import { periodicStalls } from './periodic-stalls.ts';
import { queueing } from './queueing.ts';
import { rateLimit } from './rate-limit.ts';
import { singleThreaded } from './single-threaded.ts';
import { slowDependency } from './slow-dependency.ts';
import { slowWrites } from './slow-writes.ts';

/** All rules; what they find is reported in this order. */
export const rules: readonly Rule[] = [
  generator,
  errorsUnderLoad,
  rateLimit,
  loadShedding,
  contentionCollapse,
  connectionPool,
  singleThreaded,
  lockContention,
  // What fills the processors goes before that they are full.
  nPlusOne,
  cpuSaturation,
  queueing,
  periodicStalls,
  drift,
  slowDependency,
  noKeepAlive,
  slowWrites,
  noCache,
];
