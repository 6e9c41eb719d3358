import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { confirmTarget } from './confirm-target.ts';

const destination = {
  origin: 'https://staging.example.com',
  hostname: 'staging.example.com',
  addresses: ['192.0.2.1'],
};

/** Streams that are a terminal or not, and what was asked there. */
function asked(
  typed: string | null,
  { terminal = true, yes = false, quiet = false } = {},
): { readonly answer: Promise<boolean>; readonly shown: () => string } {
  const stream = () => Object.assign(new PassThrough(), { isTTY: terminal });
  const [stdin, stderr] = [stream(), stream()];
  let shown = '';
  stderr.on('data', (text: Buffer) => {
    shown += text.toString();
  });
  const answer = confirmTarget({ yes, quiet }, { stderr }, stdin)(destination);
  if (typed === null) stdin.end();
  else stdin.write(typed);
  return { answer, shown: () => shown };
}

describe('a target that is not this machine', () => {
  const rows: { name: string; typed: string | null; confirmed: boolean }[] = [
    { name: "the host's name", typed: 'staging.example.com\n', confirmed: true },
    { name: 'the name in other letters', typed: ' Staging.Example.com \n', confirmed: true },
    { name: 'yes', typed: 'yes\n', confirmed: false },
    { name: 'y', typed: 'y\n', confirmed: false },
    { name: 'nothing', typed: '\n', confirmed: false },
    { name: 'another name', typed: 'example.com\n', confirmed: false },
    { name: 'the end of the input', typed: null, confirmed: false },
  ];
  test.each(rows)('$name typed at a terminal: $confirmed', async ({ typed, confirmed }) => {
    const { answer, shown } = asked(typed);
    expect(await answer).toBe(confirmed);
    expect(shown()).toContain('https://staging.example.com is not on this machine (192.0.2.1)');
  });

  test('nobody is asked where no terminal is, or where quiet was wanted', async () => {
    for (const how of [{ terminal: false }, { quiet: true }]) {
      const { answer, shown } = asked('staging.example.com\n', how);
      expect(await answer).toBe(false);
      expect(shown()).toBe('');
    }
  });

  test('the option says it beforehand', async () => {
    const { answer, shown } = asked(null, { terminal: false, yes: true });
    expect(await answer).toBe(true);
    expect(shown()).toBe('');
  });
});
