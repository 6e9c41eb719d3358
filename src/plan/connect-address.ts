import { type Issue, issue, type Path, quoted } from './fault.ts';

const what = 'an address such as 127.0.0.1:8080 or unix:/run/app.sock';

/** `sun_path` holds 108 bytes on Linux and 104 on macOS, with the zero at its end. */
const longestSocketPath = 103;

/** What is wrong with a `connect` whose variables are filled in; null: nothing. `shown` stands in the fault. */
export function connectIssue(text: string, at: Path, shown: string, hints: boolean): Issue | null {
  const wrong = (hint: string | null) => issue(at, what, shown, hints ? hint : null);
  if (text.startsWith('unix:')) {
    if (!/^unix:\/[^\0]+$/.test(text)) return wrong('write the whole path: unix:/run/app.sock');
    const bytes = Buffer.byteLength(text) - 'unix:'.length;
    return bytes <= longestSocketPath
      ? null
      : issue(
          at,
          `a path of at most ${longestSocketPath} bytes`,
          `one of ${bytes} bytes`,
          'link a shorter one to it',
        );
  }
  if (text.startsWith('/')) return wrong(`write ${quoted(`unix:${text}`)}`);
  const [, host, port = ''] = /^(\[[\da-f:.]+\]|[^\s:/?#@[\]\\]+)(?::(\d{1,5}))?$/i.exec(text) ?? [];
  if (host === undefined || !URL.canParse(`http://${host}`)) {
    const withoutScheme = /^https?:\/\/([^/?#\s]+)\/?$/i.exec(text)?.[1];
    return wrong(withoutScheme === undefined ? null : `write ${quoted(withoutScheme)}`);
  }
  if (port === '') return wrong('add a port');
  return Number(port) >= 1 && Number(port) <= 65_535 ? null : wrong('ports go from 1 to 65535');
}
