import { describe, expect, test } from 'vitest';
import { escapeMarkdown, escapeMarkup, markdownCellCode, markdownCode } from './escape.ts';
import { headline, plain, shortened } from './plain.ts';

describe('plain text', () => {
  test.each([
    ['line breaks become spaces', 'a\r\nb\u2028c', 'a b c'],
    ['control characters show that something was there', 'a\u001b[31mb\u0000', 'a\ufffd[31mb\ufffd'],
    ['overrides of direction too', 'a\u202eb', 'a\ufffdb'],
    ['lone surrogates too', 'a\ud800b', 'a\ufffdb'],
    ['words of any language stay', 'Größe 東京 😀 é', 'Größe 東京 😀 é'],
  ])('%s', (_, text, expected) => expect(plain(text)).toBe(expected));
  test('cut after so many characters', () => expect(shortened('abcdef', 4)).toBe('abc…'));
  test('short enough', () => expect(shortened('a😀', 2)).toBe('a😀'));
  test('a long text’s first sentence', () =>
    expect(headline(`${'Say what it is '.repeat(6)}at 1.5 ms. And why. Then more.`)).toEqual({
      first: `${'Say what it is '.repeat(6)}at 1.5 ms.`,
      rest: 'And why. Then more.',
    }));
  test('a short text stays whole', () =>
    expect(headline('One. Two.')).toEqual({ first: 'One. Two.', rest: null }));
});

test('markup', () =>
  expect(escapeMarkup(`<a href="x" title='y'>&amp;\u0007`)).toBe(
    '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;\ufffd',
  ));

describe('Markdown', () => {
  test.each([
    ['a figure stays readable', '+1,807 % from 0.5 to 2.5 ms', '+1,807 % from 0.5 to 2.5 ms'],
    ['emphasis and code', '*a* `b` ~c~', '\\*a\\* \\`b\\` \\~c\\~'],
    ['underscores inside words stay', 'user_id _x_', 'user_id \\_x\\_'],
    ['a cell’s end', 'a|b', 'a\\|b'],
    ['a backslash before it', 'a\\|b', 'a\\\\\\|b'],
    ['a tag', '<b>x</b>', '&lt;b>x&lt;/b>'],
    ['an entity', '&lt; a&b=1', '&amp;lt; a&b=1'],
    ['a link', '[x](http://a.b)', '\\[x\\](http:&#47;&#47;a.b)'],
    ['a mention and an issue', '@user #12', '@<!-- -->user #<!-- -->12'],
    ['an emoji', ':smile:', ':<!-- -->smile:'],
    ['a heading', '# x', '\\# x'],
    ['a list', '- x', '\\- x'],
    ['a numbered list', '1. x', '1\\. x'],
    ['a quotation', '> x', '&gt; x'],
    ['a negative number is none', '-5', '-5'],
  ])('%s', (_, text, expected) => expect(escapeMarkdown(text)).toBe(expected));

  test.each([
    ['code', 'GET /a', '`GET /a`'],
    ['a backtick in it', 'a`b', '``a`b``'],
    ['a backtick at its end', 'a`', '`` a` ``'],
    ['nothing', '', '``` ```'],
    ['a tag is no code', '<b>', '&lt;b>'],
  ])('%s', (_, text, expected) => expect(markdownCode(text)).toBe(expected));
  test('code with a pipe in a table', () => expect(markdownCellCode('a|b')).toBe('a\\|b'));
});
