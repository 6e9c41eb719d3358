import { definePlan, flow } from 'loadline';

/** A flow as a function: whatever steps can't say. Against the lab: node lab/src/main.ts --profile tuned */
export default definePlan({
  name: 'flow in TypeScript',
  target: 'http://127.0.0.1:3000',
  flows: [
    flow(
      {
        name: 'read and write',
        data: { userId: '1..10' },
        requests: [
          'GET /users/{userId}',
          { request: 'GET /posts?userId={userId}', sla: '500ms' },
          { request: 'GET /posts/{id}', name: 'one post', sla: '300ms' },
          { request: 'POST /posts', expect: { status: 201 } },
        ],
      },
      async (user) => {
        await user.once(() => user.get('/users/{userId}'));
        const posts = await user.get('/posts?userId={userId}', {
          check: (answer) => idsOf(answer.json()).length > 0,
        });
        if (!posts.ok) return;
        for (const id of idsOf(posts.json()).slice(0, 3)) {
          await user.request('one post', { values: { id } });
          await user.think(500 + 500 * user.random());
        }
        if (user.random() < 0.3)
          await user.post('/posts', {
            body: { userId: Number(user.data.userId), title: 'a title', body: 'a body' },
          });
      },
    ),
  ],
  load: { users: [5, 10, 20], duration: '20s', thinkTime: '500ms..1s' },
});

function idsOf(posts: unknown): readonly number[] {
  if (!Array.isArray(posts)) return [];
  return posts.flatMap((post: unknown) =>
    typeof post === 'object' && post !== null && 'id' in post && typeof post.id === 'number' ? [post.id] : [],
  );
}
