import { definePlan } from 'loadline';

const resources = ['posts', 'comments', 'albums', 'users'];

export default definePlan({
  name: 'typed-plan',
  target: 'http://127.0.0.1:3000',
  endpoints: resources.map((resource) => ({
    request: `GET /${resource}/{id}`,
    data: { id: '1..10' },
    sla: { p95: '300ms', errors: '0.1%' },
  })),
  load: { users: [1, 2, 5, 10, 20, 50], duration: '10s', thinkTime: 0 },
});
