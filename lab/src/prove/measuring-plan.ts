/** Concurrent users of the stages; the checklist asks for the last. */
const users = [10, 50, 100, 200] as const;
/** The checklist's load. */
export const readyUsers = 200;

/** The reference document's endpoints and SLAs, here on the 95th percentile, with JSONPlaceholder's data. */
const endpoints = [
  { request: 'GET /posts', weight: 3, sla: '500ms' },
  { request: 'GET /posts/{id}', weight: 3, data: { id: '1..100' }, sla: '300ms' },
  { request: 'GET /posts?userId={userId}', weight: 2, data: { userId: '1..10' }, sla: '400ms' },
  { request: 'GET /comments', weight: 2, sla: '400ms' },
  { request: 'GET /users', weight: 3, sla: '500ms' },
  { request: 'GET /users/{id}', weight: 2, data: { id: '1..10' }, sla: '300ms' },
  { request: 'GET /albums', weight: 2, sla: '500ms' },
  { request: 'GET /photos?albumId={albumId}', weight: 1, data: { albumId: '1..100' }, sla: '500ms' },
  {
    request: 'POST /posts',
    weight: 2,
    body: { title: 'a title', body: 'a few words', userId: '{userId}' },
    data: { userId: '1..10' },
    expect: { status: 201 },
    sla: '1000ms',
  },
  {
    request: 'PUT /posts/{id}',
    weight: 1,
    body: { id: '{id}', title: 'a new title', body: 'other words', userId: 1 },
    data: { id: '1..100' },
    expect: { status: 200 },
    sla: '800ms',
  },
] as const;

export const writes = ['POST /posts', 'PUT /posts/{id}'] as const;

/** The ladder that every system is measured by: users who pause one to three seconds. A plan of Loadline's, as JSON. */
export function ladderPlan(target: string, shortened = false): string {
  return JSON.stringify({
    name: 'lab',
    target,
    endpoints,
    load: {
      users,
      spawnRate: [10, 20, 20, 20],
      duration: shortened ? '3s' : ['8s', '10s', '10s', '14s'],
      thinkTime: '1s..3s',
    },
    timeout: '15s',
    readiness: {
      users: readyUsers,
      slaCompliance: '95%',
      errors: '0.1%',
      avgAt: { users: 100, max: '300ms' },
      linearThroughput: true,
    },
  });
}

/** The steady part of a comparison, in seconds: eight blocks of five, or seven after a warm-up (docs/methods.md, 5). */
export const comparedSeconds = 45;

/**
 * What systems are compared by: the checklist's load only, for long enough. Each more stage would be one more family of
 * lines that a chance may hit, which makes the comparison of each stricter.
 */
export function comparisonPlan(target: string, shortened = false): string {
  return JSON.stringify({
    name: 'lab compared',
    target,
    endpoints,
    load: {
      users: [readyUsers],
      spawnRate: [70],
      duration: shortened ? '6s' : `${comparedSeconds}s`,
      thinkTime: '1s..3s',
    },
    timeout: '15s',
  });
}

/** Arrivals that come whatever became of those before: what a limit is for. */
export function overloadPlan(target: string, ratePerSecond: number, shortened = false): string {
  return JSON.stringify({
    name: 'lab overload',
    target,
    endpoints,
    load: { rate: ratePerSecond, duration: shortened ? '4s' : '18s' },
    timeout: '15s',
  });
}

export const staticPage = '/static/guide.html';

/** One page, by ten users who never pause. With an ETag they have it already, and 304 is what they expect. */
export function staticPlan(target: string, etag: string | null, shortened = false): string {
  const headers = { 'accept-encoding': 'br, gzip', ...(etag === null ? {} : { 'if-none-match': etag }) };
  return JSON.stringify({
    name: 'lab static',
    target,
    endpoints: [{ request: `GET ${staticPage}`, headers, expect: { status: etag === null ? 200 : 304 } }],
    load: { users: [10], spawnRate: [20], duration: shortened ? '3s' : '8s', thinkTime: 0 },
  });
}
