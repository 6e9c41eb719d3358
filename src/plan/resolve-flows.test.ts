import { expect, test } from 'vitest';
import { formatFaults } from './format-faults.ts';
import { limits } from './limits.ts';
import { parsePlanText } from './parse-plan.ts';
import type { ResolvedEndpoint, ResolvedPlan } from './plan.ts';
import { resolvePlan } from './resolve-plan.ts';
import { compileTemplate, fillTemplate } from './template.ts';

const files: Readonly<Record<string, Uint8Array>> = {
  'users.csv': Buffer.from('name,password,age\nann,a,7\nbob,c,8\n'),
  'lines.csv': Buffer.from('name\n"a\nb"\n'),
  'cat.png': new Uint8Array([0, 255, 123, 105, 100, 125]),
  'large.bin': new Uint8Array(limits.bodyFileBytes + 1),
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6].map((number) => [`part-${number}.bin`, new Uint8Array(limits.bodyFileBytes)]),
  ),
};

const env = { SECRET: 'a&b{id}' };

async function resolution(text: string) {
  const whole = `target: http://h/v1\nload: { users: 1 }\n${text}`;
  const { outcome, origin } = parsePlanText(whole, { file: 'p', format: 'yaml' });
  if (outcome.state === 'faulty') throw new Error(formatFaults(outcome.faults));
  const readFile = async (file: string) => {
    const bytes = files[file];
    if (bytes === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return bytes;
  };
  return await resolvePlan(outcome.plan, { env, readFile, origin });
}

async function resolved(text: string): Promise<ResolvedPlan> {
  const found = await resolution(text);
  if (found.state === 'faulty') throw new Error(formatFaults(found.faults));
  return found.resolved;
}

async function faultsOf(text: string): Promise<string> {
  const found = await resolution(text);
  return found.state === 'faulty' ? formatFaults(found.faults) : '';
}

test('each request of a flow knows what the flow fills there', async () => {
  const { endpoints, flows } = await resolved(`
flows:
  - name: buy
    weight: 2
    data: { name: { file: users.csv, per: user }, age: { file: users.csv, per: user }, n: 1..2 }
    steps:
      - request: POST /login
        body: { user: "{name}", age: "{age}", n: "{n}", id: "{id}" }
        data: { n: [x] }
        extract: { token: json $.token }
      - request: GET /{n}
        headers: { authorization: "Bearer {token}" }
`);
  expect(flows).toEqual([
    {
      name: 'buy',
      weight: 2,
      steps: [
        {
          kind: 'request',
          endpoint: 0,
          once: false,
          extract: { token: { from: 'json', path: '$.token', otherwise: null } },
          thinkTime: null,
        },
        { kind: 'request', endpoint: 1, once: false, extract: {}, thinkTime: null },
      ],
      tables: expect.arrayContaining([{ kind: 'range', name: 'n', from: 1, to: 2 }]),
      script: null,
    },
  ]);
  expect(
    endpoints.map(({ flowNames, body, path, weight, tables }) => ({ flowNames, body, path, weight, tables })),
  ).toEqual([
    {
      flowNames: ['name', 'age'],
      body: '{"user":"{name}","age":"{age}","n":"{n}","id":"{id}"}',
      path: '/v1/login',
      weight: 2,
      tables: [{ kind: 'rows', names: ['n'], rows: [['x']] }],
    },
    { flowNames: ['name', 'age', 'n', 'token'], body: null, path: '/v1/{n}', weight: 2, tables: [] },
  ]);
});

test('numbers of the flow stand without quotes in JSON', async () => {
  const { endpoints } = await resolved(
    'flows: [{ data: { n: 1..2 }, steps: [{ request: POST /, body: { n: "{n}" } }] }]',
  );
  expect(endpoints[0]?.body).toBe('{"n":{n}}');
});

/** What is sent with these values. */
function bytesOf(endpoint: ResolvedEndpoint | undefined, value: string): Buffer {
  const names = ['id'];
  const into = endpoint?.bodyIsForm === true ? 'form' : endpoint?.bodyIsJson === true ? 'json' : 'none';
  const fill = (text: string) => Buffer.from(fillTemplate(compileTemplate(text, into, names), () => value));
  const parts = endpoint?.bodyParts ?? [endpoint?.body ?? ''];
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? fill(part) : part)));
}

test('a form is what a browser would send', async () => {
  const { endpoints } = await resolved(`
headers: { content-type: application/json }
endpoints:
  - request: POST /
    data: { id: [1] }
    form: { "a b": "x & {id}", secret: "\${SECRET}", brace: "{other}" }
`);
  expect(endpoints[0]).toMatchObject({
    body: 'a+b=x+%26+{id}&secret=a%26b%7Bid%7D&brace={other}',
    bodyIsForm: true,
    bodyIsJson: false,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(bytesOf(endpoints[0], 'ü ~&=').toString()).toBe(
    'a+b=x+%26+%C3%BC+%7E%26%3D&secret=a%26b%7Bid%7D&brace={other}',
  );
});

test('parts are read by another as they were written', async () => {
  const { endpoints } = await resolved(`
endpoints:
  - request: POST /
    data: { id: [1] }
    multipart: { title: "x {id}", "q\\"{id}": { text: "{}", type: application/json }, photo: { file: cat.png, type: image/png, filename: "c\\"at.png" } }
`);
  const [endpoint] = endpoints;
  const type = endpoint?.headers['content-type'] ?? '';
  expect(type).toMatch(/^multipart\/form-data; boundary=loadline-[0-9a-f]{32}$/);
  const form = await new Response(bytesOf(endpoint, 'ü\r\n--'), {
    headers: { 'content-type': type },
  }).formData();
  const photo = form.get('photo');
  expect([...form.keys()]).toEqual(['title', 'q"{id}', 'photo']);
  expect(form.get('title')).toBe('x ü\r\n--');
  expect(photo).toBeInstanceOf(File);
  if (!(photo instanceof File)) return;
  expect([photo.name, photo.type, Buffer.from(await photo.arrayBuffer())]).toEqual([
    'c"at.png',
    'image/png',
    Buffer.from(files['cat.png'] ?? []),
  ]);
  const again = await resolved(`
endpoints:
  - request: POST /
    data: { id: [1] }
    multipart: { title: "x {id}", "q\\"{id}": { text: "{}", type: application/json }, photo: { file: cat.png, type: image/png, filename: "c\\"at.png" } }
`);
  expect(again.endpoints[0]?.headers['content-type']).toBe(type);
});

test("a file's bytes are sent as they are", async () => {
  const { endpoints } = await resolved(`
endpoints:
  - { request: "POST /{id}", data: { id: 1..2 }, bodyFile: cat.png }
  - { request: POST /b, bodyFile: cat.png, headers: { content-type: image/png } }
`);
  expect(bytesOf(endpoints[0], 'x')).toEqual(Buffer.from(files['cat.png'] ?? []));
  expect(endpoints.map(({ headers, body }) => [headers['content-type'], body])).toEqual([
    ['application/octet-stream', null],
    ['image/png', null],
  ]);
});

test.each([
  [
    'endpoints: [{ request: POST /, bodyFile: dog.png }]',
    'p:3:42 endpoints[0].bodyFile: expected a file, received "dog.png": no such file. Hint: a file is looked for beside the plan\'s file',
  ],
  [
    'flows: [{ steps: [{ repeat: 2, steps: [{ request: POST /, multipart: { a: { file: large.bin } } }] }] }]',
    'p:3:83 flows[0].steps[0].steps[0].multipart.a.file: expected a file of at most 16777216 bytes, received 16777217 bytes.',
  ],
  [
    `endpoints:\n${[1, 2, 3, 4, 5, 6].map((one) => `  - { request: POST /${one}, bodyFile: part-${one}.bin }`).join('\n')}`,
    'p:8:35 endpoints[4].bodyFile: expected files of at most 67108864 bytes together, received 83886080 bytes or more.',
  ],
  [
    'flows: [{ data: { id: 1..2 }, steps: [{ request: POST /, body: "${SECRET} {id}" }] }]',
    'p:3:64 flows[0].steps[0].body: expected a variable whose value has no {name} of data, received one that has. Hint: rename the data',
  ],
  [
    'flows: [{ data: { name: lines.csv }, steps: [{ request: GET /, headers: { x: "{name}" } }] }]',
    'p:3:78 flows[0].steps[0].headers.x: expected printable Latin-1 characters for {name} in header x, received others in row 1 of its data.',
  ],
])('%s', async (text, faults) => {
  expect(await faultsOf(text)).toBe(faults);
});
