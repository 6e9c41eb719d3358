import { groupCommitDelayMs } from './connection-pool.ts';
import type { Switches } from './switches.ts';
import { troubleCauses } from './troubles/trouble-causes.ts';

/** Causes as the diagnosis names them: docs/methods.md, 4. */
export type CauseId =
  | 'connection-pool'
  | 'single-threaded'
  | 'no-keep-alive'
  | 'no-cache'
  | 'slow-writes'
  | 'n-plus-one'
  | 'lock-contention'
  | 'contention-collapse'
  | 'cpu-saturation'
  | 'slow-dependency'
  | 'periodic-stalls'
  | 'rate-limit'
  | 'load-shedding'
  | 'drift';

export interface PlantedCause {
  readonly cause: CauseId;
  /** `limit`: the first to stop the throughput's growth; `present`: real, but not the first, or slow at any load. */
  readonly role: 'limit' | 'present';
  readonly because: string;
}

/** As measured on a 2-core machine; only their order decides, and it holds over a wide range. */
const nominalMs = { statements: 2, flush: 1, signature: 2.5, request: 1.2 };
/** The share of writes in the reference's mix. */
const writeShare = 0.15;
/** The share of reads that a cache lets through: after each write its resource is read anew. */
const missShare = 0.3;
const commitsOfOneWrite = 4;

/** How long a request holds its connection when it has the server to itself. */
function holdMs(switches: Switches, kind: 'read' | 'write'): number {
  const commits = commitsOf(switches, kind);
  return nominalMs.statements + commits * commitMs(switches);
}

/** A request that counts itself is one transaction; otherwise each row of the trail, the audit and the write may be one. */
function commitsOf(switches: Switches, kind: 'read' | 'write'): number {
  if (switches.countUses !== 'off') return 1;
  const trail = switches.trailRows > 0 ? 1 : 0;
  if (kind === 'read') return (switches.auditReads ? 1 : 0) + trail;
  return switches.writeBatching ? 1 : commitsOfOneWrite + trail;
}

function commitMs(switches: Switches): number {
  switch (switches.commit) {
    case 'grouped':
      return groupCommitDelayMs + nominalMs.flush;
    case 'each':
      return nominalMs.flush;
    case 'async':
      return 0;
    default:
      return switches.commit satisfies never;
  }
}

/** The requests per second at which the pool and the event loop are full. */
function capacityPerSecond(switches: Switches): { pool: number; eventLoop: number } {
  const reads = (1 - writeShare) * (switches.cache === 'off' ? 1 : missShare);
  const hold = reads * holdMs(switches, 'read') + writeShare * holdMs(switches, 'write');
  const busy = nominalMs.request + (switches.eventLoopWork ? nominalMs.signature : 0);
  return { pool: (switches.pool * 1000) / hold, eventLoop: 1000 / busy };
}

/** Which root causes a configuration plants, and which of them limits the throughput. */
export function groundTruth(switches: Switches): readonly PlantedCause[] {
  const planted: PlantedCause[] = [];
  const capacity = capacityPerSecond(switches);
  const troubles = troubleCauses(
    switches,
    Math.min(capacity.pool, capacity.eventLoop),
    holdMs(switches, 'read'),
  );
  const isLimited = troubles.some(({ role }) => role === 'limit');
  planted.push(...troubles);
  const poolFirst = capacity.pool < capacity.eventLoop;
  if (poolFirst) {
    planted.push({
      cause: 'connection-pool',
      role: isLimited ? 'present' : 'limit',
      because: `${switches.pool} connections, each held for the whole of a request`,
    });
  }
  if (switches.eventLoopWork) {
    planted.push({
      cause: 'single-threaded',
      role: poolFirst || isLimited ? 'present' : 'limit',
      because: 'every answer is signed by scryptSync on the event loop',
    });
  }
  if (!switches.keepAlive) {
    planted.push({
      cause: 'no-keep-alive',
      role: 'present',
      because: 'every answer carries Connection: close',
    });
  }
  if (switches.cache === 'off') {
    planted.push({ cause: 'no-cache', role: 'present', because: 'every read reaches the database' });
  }
  if (holdMs(switches, 'write') >= 3 * holdMs(switches, 'read')) {
    planted.push({
      cause: 'slow-writes',
      role: 'present',
      because: `the ${commitsOfOneWrite} rows of a write are committed one after the other`,
    });
  }
  if (switches.nPlusOne && switches.cache === 'off') {
    planted.push({ cause: 'n-plus-one', role: 'present', because: 'each user costs two more queries' });
  }
  return planted;
}
