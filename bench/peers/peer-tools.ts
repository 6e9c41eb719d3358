/**
 * The load generators that Loadline is measured against, the version that is measured of each, and where `install.ts`
 * puts them: in `.tools` beside this file, never into the system.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, '.tools');

type Command = { readonly words: readonly string[]; readonly env?: Readonly<Record<string, string>> };

export type PeerTool = {
  readonly name: string;
  readonly wanted: string;
  /** What is run. */
  readonly program: string;
  /** What is there; null: nothing that runs. */
  readonly installed: () => string | null;
  /** Ways to install it, to be tried in turn, each of several commands. */
  readonly ways: readonly (readonly Command[])[];
};

const inFolder = (...names: string[]): string => path.join(folder, ...names);

/** One compiler at a time: what else runs on the machine is not to starve. */
function fromGo(name: string, module: string, wanted: string): PeerTool {
  const program = inFolder('bin', name);
  return {
    name,
    wanted,
    program,
    installed: () =>
      /\n\s+mod\s+\S+\s+v(\S+)/.exec(told('go', ['version', '-m', program]) ?? '')?.[1] ?? null,
    ways: [
      [
        {
          words: ['go', 'install', '-p', '1', `${module}@v${wanted}`],
          env: { GOBIN: inFolder('bin'), GOTOOLCHAIN: 'local' },
        },
      ],
    ],
  };
}

const oha = '1.16.0';
const locust = '2.47.0';
const artillery = '2.0.34';

export const peerTools: readonly PeerTool[] = [
  fromGo('hey', 'github.com/rakyll/hey', '0.1.5'),
  fromGo('vegeta', 'github.com/tsenart/vegeta/v12', '12.13.0'),
  fromGo('k6', 'go.k6.io/k6', '1.8.1'),
  {
    name: 'oha',
    wanted: oha,
    program: inFolder('bin', 'oha'),
    installed: () => /oha (\S+)/.exec(told(inFolder('bin', 'oha'), ['--version']) ?? '')?.[1] ?? null,
    // Without TLS nothing needs a C compiler; the bench speaks plain HTTP.
    ways: [[], ['--no-default-features']].map((features) => [
      {
        words: [
          'cargo',
          'install',
          'oha',
          '--locked',
          '--version',
          oha,
          '--jobs',
          '1',
          '--root',
          folder,
          ...features,
        ],
      },
    ]),
  },
  {
    name: 'locust',
    wanted: locust,
    program: inFolder('locust', 'bin', 'locust'),
    installed: () =>
      /locust (\S+)/.exec(told(inFolder('locust', 'bin', 'locust'), ['--version']) ?? '')?.[1] ?? null,
    ways: [
      [
        { words: ['python3', '-m', 'venv', inFolder('locust')] },
        { words: [inFolder('locust', 'bin', 'python'), '-m', 'pip', 'install', '-q', `locust==${locust}`] },
      ],
    ],
  },
  {
    name: 'artillery',
    wanted: artillery,
    program: inFolder('artillery', 'node_modules', 'artillery', 'bin', 'run'),
    installed: () => versionIn(inFolder('artillery', 'node_modules', 'artillery', 'package.json')),
    // Without scripts: one of its dependencies would download a browser.
    ways: [
      [
        {
          words: [
            'npm',
            'install',
            '--prefix',
            inFolder('artillery'),
            '--ignore-scripts',
            '--no-save',
            `artillery@${artillery}`,
          ],
        },
      ],
    ],
  },
];

/** What a command prints; null if it can't be run or fails. */
function told(command: string, args: readonly string[]): string | null {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return null;
  }
}

function versionIn(file: string): string | null {
  if (!existsSync(file)) return null;
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof parsed !== 'object' || parsed === null || !('version' in parsed)) return null;
  return typeof parsed.version === 'string' ? parsed.version : null;
}
