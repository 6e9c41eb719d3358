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
