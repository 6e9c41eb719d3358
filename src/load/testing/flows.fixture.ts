import { type FlowUser, flow } from '../../plan/flow-script.ts';

/** The flows of flow-script.test.ts; each test runs one of them. */

/** What the functions say to the test: the server sees these paths. */
const say = (user: FlowUser, word: string) => user.get('/open/say/{word}', { values: { word } });

const said = 'GET /open/say/{word}';

async function login(user: FlowUser): Promise<string> {
  const answer = await user.post('/login', { body: { name: user.data.colour } });
  const { auth } = answer.json() as { auth: { token: string } };
  return auth.token;
}

const buy = flow(
  {
    name: 'buy',
    data: { colour: ['red'] },
    requests: [
      'POST /login',
      'GET /items',
      'GET /items/{item}',
      { request: 'POST /orders', expect: { status: 201 } },
    ],
  },
  async (user) => {
    const token = await user.once(() => login(user));
    const headers = { Authorization: `Bearer ${token}` };
    const list = await user.get('/items', { headers, check: (answer) => answer.ok && answer.status === 200 });
    const { items } = list.json() as { items: { id: string }[] };
    const item = items[1]?.id ?? '';
    const one = await user.request('GET /items/{item}', { headers, values: { item } });
    await user.post('/orders', {
      headers,
      body: {
        item,
        version: one.header('ETag'),
        who: one.cookie('session'),
        none: [one.header('x-none'), one.cookie('none')],
        colour: user.data.colour,
      },
    });
  },
);

const checks = flow({ name: 'checks', requests: ['GET /open/{n}', said] }, async (user) => {
  const no = await user.get('/open/{n}', { values: { n: 1 }, check: () => false });
  const refused = await user.get('/open/{n}', {
    values: { n: 2 },
    check: (answer) => answer.json() === null,
  });
  const yes = await user.get('/open/{n}', {
    values: { n: 3 },
    check: (answer) => answer.ok && answer.text().includes('/open/3'),
  });
  await say(user, `${no.ok} ${no.status} ${refused.ok} ${yes.ok}`);
});

const checkThrows = flow({ name: 'check throws', requests: ['GET /open/{n}', said] }, async (user) => {
  try {
    await user.get('/open/{n}', {
      values: { n: 1 },
      check: () => {
        throw new RangeError('no such thing');
      },
    });
  } catch (error) {
    await say(user, String(error));
    throw error;
  }
});

const failures = flow({ name: 'failures', requests: ['GET /broken', said] }, async (user) => {
  const broken = await user.get('/broken');
  await say(user, `${broken.ok} ${broken.status}`);
});

const throwing = flow({ name: 'throwing', requests: ['GET /open'] }, async (user) => {
  await user.get('/open');
  throw new Error(`sums do not add\nup`);
});

const throwingAtOnce = flow({ name: 'throwing at once' }, () => {
  throw 'at once';
});

const idle = flow({ name: 'idle', requests: ['GET /open'] }, async () => {});

const undeclared = flow({ name: 'undeclared', requests: ['GET /open'] }, async (user) => {
  await user.get('/open');
  await user.get('/opne').catch(() => null);
});

const parallel = flow({ name: 'parallel', requests: ['GET /open', said] }, async (user) => {
  await Promise.all([user.get('/open'), user.get('/open')]);
});

const notAwaited = flow({ name: 'not awaited', requests: ['GET /open'] }, async (user) => {
  void user.get('/open');
});

const late = flow({ name: 'late', requests: ['GET /open', said] }, async (user) => {
  await user.get('/open');
  setTimeout(() => void say(user, 'late'), 5);
});

const stray = flow({ name: 'stray', requests: ['GET /open'] }, async (user) => {
  await user.get('/open');
  void Promise.reject(new Error('nobody awaits me'));
});

const stale = flow({ name: 'stale', requests: ['GET /open', said] }, async (user) => {
  const first = await user.get('/open');
  await say(user, 'second');
  first.text();
});

const keeps = flow(
  { name: 'keeps', data: { n: { list: [1, 2, 3], order: 'sequential' } }, requests: [said] },
  async (user) => {
    const { memory } = user;
    memory.passes = Number(memory.passes ?? 0) + 1;
    const once: string[] = [];
    for (const letter of ['a', 'b']) once.push(await user.once(async () => `${letter}${memory.passes}`));
    once.push(await user.once(async () => `c${memory.passes}`));
    const { n } = user.data;
    await say(user, `${memory.passes} ${n} ${once.join('')}`);
  },
);

const values = flow(
  {
    name: 'values',
    data: { word: ['drawn'] },
    requests: [said, { request: 'GET /open/{own}', data: { own: ['table'] } }],
  },
  async (user) => {
    await user.get('/open/say/{word}');
    await user.get('/open/say/{word}', { values: { word: 'given' } });
    await user.get('/open/say/{word}');
    await user.get('/open/{own}');
    await user.get('/open/{own}', { values: { own: 'mine' } });
    await user.get('/open/{own}');
  },
);

const missing = flow({ name: 'missing', requests: ['GET /open', said] }, async (user) => {
  await user.get('/open');
  await user.get('/open/say/{word}');
});

const hostile = flow({ name: 'hostile', requests: ['GET /evil', 'GET /open', said] }, async (user) => {
  const { token } = (await user.get('/evil')).json() as { token: string };
  const tries: Record<string, string>[] = [
    { 'x-token': token },
    { [`x${token}`]: '1' },
    { 'Content-Length': '0' },
    { 'transfer-encoding': 'chunked' },
  ];
  for (const headers of tries) {
    try {
      await user.get('/open', { headers });
    } catch (error) {
      await say(user, error instanceof Error ? error.message : '');
    }
  }
  await say(user, token);
});

const pauses = flow({ name: 'pauses', requests: ['GET /open'] }, async (user) => {
  await user.think(30);
  await user.get('/open');
  await user.think(0);
  await user.get('/open');
});

const foreign = flow({ name: 'foreign', requests: ['GET /open'] }, async (user) => {
  await user.get('/open');
  await new Promise((resolve) => setTimeout(resolve, 50));
});

let calls = 0;
const outlives = flow({ name: 'outlives', requests: ['GET /open', said] }, async (user) => {
  calls += 1;
  const isFirst = calls === 1;
  await user.get('/open');
  if (!isFirst) return user.think(10);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await say(user, 'outlived');
});

const bodies = flow({ name: 'bodies', requests: ['POST /login'] }, async (user) => {
  await user.post('/login', { body: 'a text' });
  await user.post('/login', { body: ['ü', { a: 1 }] });
  await user.post('/login', { body: new Uint8Array([0x62, 0x79]) });
  await user.post('/login');
  await user.post('/login', { body: () => {} });
});

const planned = flow({ name: 'planned' }, async (user) => {
  await user.request('the list');
  await user.get('/open/{row}');
});

export default {
  target: 'http://127.0.0.1:1',
  endpoints: [
    { request: 'GET /open', name: 'the list' },
    { request: 'GET /open/{row}', data: { row: ['r1'] } },
  ],
  flows: [
    buy,
    checks,
    checkThrows,
    failures,
    throwing,
    throwingAtOnce,
    idle,
    undeclared,
    parallel,
    notAwaited,
    late,
    stray,
    stale,
    keeps,
    values,
    missing,
    hostile,
    pauses,
    foreign,
    outlives,
    bodies,
    planned,
  ],
  load: { users: 1, duration: '200ms' },
};
