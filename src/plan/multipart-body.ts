import { createHash } from 'node:crypto';
import type { BodyPart } from './plan.ts';

/** A part and what it holds: text with `{placeholders}`, or the bytes of its file. */
export type FilledPart = { readonly part: BodyPart; readonly content: string | Uint8Array };

/**
 * A body of RFC 7578: the pieces one after the other, and the boundary between its parts. The same parts have the same
 * boundary; it stands in none of them, and what placeholders bring holds it as likely as it holds a given hash.
 */
export function multipartBody(parts: readonly FilledPart[]): {
  readonly boundary: string;
  readonly bodyParts: readonly (string | Uint8Array)[];
} {
  const boundary = boundaryFor(parts);
  const pieces: (string | Uint8Array)[] = [];
  let head = `--${boundary}\r\n`;
  for (const { part, content } of parts) {
    // Bytes, not text: braces in a name are no placeholder.
    pieces.push(Buffer.from(head + headOf(part)), content);
    head = `\r\n--${boundary}\r\n`;
  }
  pieces.push(Buffer.from(`\r\n--${boundary}--\r\n`));
  return { boundary, bodyParts: pieces };
}

function headOf(part: BodyPart): string {
  const type = part.contentType ?? (part.kind === 'file' ? 'application/octet-stream' : null);
  const fileName = part.kind === 'file' ? `; filename="${quotable(part.fileName)}"` : '';
  const typeLine = type === null ? '' : `Content-Type: ${type}\r\n`;
  return `Content-Disposition: form-data; name="${quotable(part.name)}"${fileName}\r\n${typeLine}\r\n`;
}

/** As browsers write it: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data */
function quotable(text: string): string {
  return text.toWellFormed().replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function boundaryFor(parts: readonly FilledPart[]): string {
  for (let attempt = 0; ; attempt++) {
    const hash = createHash('sha256').update(String(attempt));
    for (const { part, content } of parts) hash.update(headOf(part)).update(content);
    const boundary = `loadline-${hash.digest('hex').slice(0, 32)}`;
    const bytes = Buffer.from(boundary);
    if (!parts.some(({ content }) => Buffer.from(content).includes(bytes))) return boundary;
  }
}
