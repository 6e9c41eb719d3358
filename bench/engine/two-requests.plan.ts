/** A flow as a function: two requests, the second one's answer checked. Loaded by flow-script.ts. */
import { flow } from '../../src/plan/flow-script.ts';

export default {
  target: 'http://127.0.0.1',
  flows: [
    flow({ name: 'read', requests: ['GET /things', 'GET /things/{id}'] }, async (user) => {
      await user.get('/things');
      await user.get('/things/{id}', {
        values: { id: 1 + Math.floor(user.random() * 100_000) },
        check: (answer) => {
          const thing = answer.json();
          return typeof thing === 'object' && thing !== null && 'id' in thing && thing.id === 1;
        },
      });
    }),
  ],
  load: { users: 64, spawnRate: 10_000 },
};
