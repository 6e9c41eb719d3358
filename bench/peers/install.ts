/**
 * Installs the peers of `peer-tools.ts`, one after the other at low priority, and says of each which version is there,
 * or why none is. What is there already stays. Takes 10 to 20 minutes on two idle cores, most of it for oha.
 *
 *   node bench/peers/install.ts [names…]
 *
 * Needs go, cargo, python3 and npm; a peer whose tool is missing is left out.
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type PeerTool, peerTools } from './peer-tools.ts';

mkdirSync(path.join(import.meta.dirname, '.tools', 'artillery'), { recursive: true });
const names = process.argv.slice(2);
for (const tool of peerTools.filter(({ name }) => names.length === 0 || names.includes(name))) {
  process.stdout.write(`${tool.name}: ${await install(tool)}\n`);
}

async function install(tool: PeerTool): Promise<string> {
  if (tool.installed() === tool.wanted) return `${tool.wanted}, was there`;
  const reasons: string[] = [];
  for (const way of tool.ways) {
    let failed: string | null = null;
    for (const { words, env } of way) {
      failed ??= await run(words, env ?? {});
    }
    const installed = tool.installed();
    if (failed === null && installed === tool.wanted) return `${installed}, installed`;
    reasons.push(failed ?? `it is there, but says that it is ${installed ?? 'nothing'}`);
  }
  process.exitCode = 1;
  return `not installed: ${reasons.join('; then: ')}`;
}

/** Null, or the last lines of what it said when it failed. */
async function run(words: readonly string[], env: Readonly<Record<string, string>>): Promise<string | null> {
  const child = spawn('nice', ['-n', '10', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let tail = '';
  const keep = (text: string): void => {
    tail = (tail + text).slice(-400);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('close', (code) =>
      resolve(code === 0 ? null : `${words.slice(0, 3).join(' ')} ended with ${code}: ${tail.trim()}`),
    );
  });
}
