/**
 * `npm run demo`: starts the lab with the troubles of its baseline, loads it with 10, 50 and 100 users over ten
 * endpoints, and leaves the reports. Under four minutes; everything stays on this machine.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const loadline = path.join(root, 'bin', 'loadline');
const reports = path.join('.loadline', 'demo');

// Ctrl-C at the terminal reaches the children too: they end in good order, and then so does this.
process.on('SIGINT', () => {});

const lab = spawn(loadline, ['lab', '--profile', 'baseline', '--json', '--stop-with-parent'], {
  cwd: root,
  stdio: ['pipe', 'pipe', 'inherit'],
});
const labGone = ended(lab);
try {
  process.stderr.write(
    'starting the lab: a reference API on a real PostgreSQL, with its troubles switched on …\n',
  );
  const ready = await firstLine(lab);
  process.stderr.write(`the lab is ready at ${ready.url}\n`);
  const run = spawn(
    loadline,
    ['run', 'examples/jsonplaceholder.yaml', '--target', ready.url, '--out', reports],
    { cwd: root, stdio: 'inherit' },
  );
  const code = await ended(run);
  if (code === 0 || code === 1) {
    process.stdout.write(`
The demo's target has troubles on purpose, so a missed SLA is right here. Next:

  open ${path.join(reports, 'report.html')}
  ./bin/loadline lab --profile tuned                                 the same API with its remedies; it prints its address
  ./bin/loadline run examples/jsonplaceholder.yaml --target ADDRESS  measures it
  ./bin/loadline init http://127.0.0.1:8080                          a plan for an API of your own
`);
  } else process.exitCode = code;
} finally {
  lab.stdin?.end();
  await labGone;
}

async function ended(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('exit', (code) => resolve(code ?? 1));
  return promise;
}

/** The lab's first line says where it is. */
async function firstLine(child: ChildProcess): Promise<{ url: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ url: string }>();
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end < 0) return;
    const told: unknown = JSON.parse(text.slice(0, end));
    if (typeof told === 'object' && told !== null && 'url' in told && typeof told.url === 'string')
      resolve({ url: told.url });
    else reject(new Error(`the lab said ${text}`));
  });
  child.once('exit', (code) => reject(new Error(`the lab ended with code ${code} before it was ready`)));
  return promise;
}
