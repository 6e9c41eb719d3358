import { describe, expect, it } from 'vitest';
import { HeadMemo, noHead } from './head-memo.ts';

const head = { ...noHead, status: 200, close: false, contentLength: 2 };
const text = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n';

describe('a head is known only by the same bytes', () => {
  for (const padding of ['', 'a', 'ab', 'abc']) {
    const known = text.replace('OK', `OK${padding}`);
    it(`of ${known.length} bytes, whichever byte differs`, () => {
      const memo = new HeadMemo();
      const chunk = Buffer.alloc(256, 'X');
      chunk.write(known);
      memo.keep(chunk, known.length, head);
      expect([memo.begins(chunk, 256), memo.begins(chunk, known.length), memo.head, memo.length]).toEqual([
        true,
        true,
        head,
        known.length,
      ]);
      expect(memo.text()).toBe(known);
      expect(memo.begins(chunk, known.length - 1)).toBe(false);
      for (let i = 0; i < known.length; i += 1) {
        const other = Buffer.from(new ArrayBuffer(256));
        chunk.copy(other);
        other[i] = (other[i] ?? 0) ^ 1;
        expect(memo.begins(other, 256), `byte ${i}`).toBe(false);
        expect(memo.begins(chunk, 256)).toBe(true);
      }
    });
  }

  it('in another buffer, or in the same one after its bytes changed', () => {
    const memo = new HeadMemo();
    const chunk = Buffer.from(new ArrayBuffer(64)).fill(0);
    chunk.write(text);
    memo.keep(chunk, text.length, head);
    const same = Buffer.from(new ArrayBuffer(100)).fill(0);
    same.write(text);
    expect(memo.begins(same, 100)).toBe(true);
    same[3] = 0;
    expect(memo.begins(same, 100)).toBe(false);
  });

  it('never one that is too long, nor in a buffer that words do not fit', () => {
    const memo = new HeadMemo();
    const long = Buffer.from(new ArrayBuffer(8192)).fill('a');
    memo.keep(long, 4096, head);
    expect(memo.begins(long, 8192)).toBe(false);
    const odd = Buffer.from(new ArrayBuffer(65), 1, 64).fill('a');
    memo.keep(odd, 10, head);
    expect(memo.begins(odd, 64)).toBe(false);
  });
});
