/**
 * `npm run demo`: starts the lab with the troubles of its baseline, lets Loadline find how much load it carries, what
 * breaks first and why, and leaves the reports. Four minutes; everything stays on this machine.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { LabError, spawnLab } from '../lab/src/index.ts';

const root = path.resolve(import.meta.dirname, '..');
const reports = path.join('.loadline', 'demo');

const whatNext = `
The demo's target has troubles on purpose, so a missed SLA is right here. Next:

  open ${path.join(reports, 'report.html')} in a browser
  ./bin/loadline lab --profile tuned                                 the same API with its remedies; it prints its address
  ./bin/loadline verify latest --plan examples/jsonplaceholder.yaml --target ADDRESS
                                                                     are the findings gone, did the predictions come true?
  ./bin/loadline init http://127.0.0.1:8080                          begins a plan for an API of your own
`;

// Ctrl-C at the terminal reaches the run too: it ends in good order and is analysed, and then this ends.
process.on('SIGINT', () => {});

process.stderr.write(
  'starting the lab: a reference API on a real PostgreSQL, with its troubles switched on …\n',
);
try {
  const lab = await spawnLab({ profile: 'baseline' });
  try {
    const code = await loadline([
      'diagnose',
      'examples/jsonplaceholder.yaml',
      '--target',
      lab.url,
      '--out',
      reports,
    ]);
    if (code === 0 || code === 1) process.stdout.write(whatNext);
    else process.exitCode = code;
  } finally {
    await lab.stop();
  }
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  process.stderr.write(`${error.message}\n  ${error.remedy}\n`);
  process.exitCode = 1;
}

async function loadline(args: readonly string[]): Promise<number> {
  const child = spawn(path.join(root, 'bin', 'loadline'), args, { cwd: root, stdio: 'inherit' });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('exit', (code) => resolve(code ?? 1));
  return promise;
}
