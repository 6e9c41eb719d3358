import { connect } from 'node:net';
import { LabError } from '../lab-error.ts';

const answerLimitMs = 2000;
const answerLimitBytes = 1024 * 1024;

/** HAProxy's runtime API over its admin socket: one connection a command. */
export interface HaproxyRuntime {
  /**
   * Sends commands that change something, in order.
   *
   * @throws LabError with HAProxy's words when one is refused, or it does not answer in 2 s.
   */
  change(...commands: readonly string[]): Promise<void>;
  /** The worker that answers; a reload brings another. */
  workerPid(): Promise<number>;
  /** The rows of `show stat` for one proxy: its own totals under `BACKEND`, its servers by name. */
  statistics(proxy: string): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>>;
}

export function openRuntime(socket: string): HaproxyRuntime {
  return {
    async change(...commands) {
      for (const command of commands) {
        const answer = (await ask(socket, command)).trim();
        if (!success.test(answer))
          throw new LabError('haproxy-refused', `HAProxy refused \`${command}\`: ${answer}`, fault);
      }
    },
    async workerPid() {
      const found = /^Pid: (\d+)$/m.exec(await ask(socket, 'show info'));
      if (found?.[1] === undefined)
        throw new LabError('haproxy-refused', 'HAProxy did not tell its pid', fault);
      return Number(found[1]);
    },
    async statistics(proxy) {
      return statisticsIn(await ask(socket, `show stat ${proxy} -1 -1`));
    },
  };
}

/** Success is silence, but for these; a refusal is told in the same way. */
const success =
  /^$|^New server registered\.$|^Server deleted\.$|^no need to change the addr, (no need to change the port|port changed from .*) by /;
const fault = 'this is a fault of the lab';

/** CSV as HAProxy writes it: a head that begins with "# ", fields with commas or quotes in double quotes. */
function statisticsIn(csv: string): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const [head = '', ...rows] = csv.split('\n').filter((line) => line !== '');
  const names = head.replace(/^# /, '').split(',');
  return new Map(
    rows.map((row) => {
      const fields = fieldsIn(row);
      const entries = names.map((name, index) => [name, fields[index] ?? ''] as const);
      const record = Object.fromEntries(entries);
      return [record.svname ?? '', record] as const;
    }),
  );
}

function fieldsIn(row: string): readonly string[] {
  return [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}

function ask(path: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(path);
    const fail = (why: string, cause?: unknown) => {
      socket.destroy();
      reject(
        new LabError(
          'haproxy-silent',
          `HAProxy did not answer \`${command}\`: ${why}`,
          'see whether it still runs: lab status',
          cause,
        ),
      );
    };
    socket.setTimeout(answerLimitMs, () => fail(`nothing in ${answerLimitMs / 1000} s`));
    socket.on('error', (error) => fail(error.message, error));
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.length > answerLimitBytes) fail('its answer has no end');
    });
    socket.once('end', () => resolve(text));
    // HAProxy closes when it has answered the last line.
    socket.write(`${command}\n`);
  });
}
