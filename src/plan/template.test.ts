import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileTemplate, escapeValue, fillTemplate, textParts } from './template.ts';

test.each([
  ['/posts/{id}', ['id'], ['/posts/', ''], ['id']],
  ['{a}{b}', ['a', 'b'], ['', '', ''], ['a', 'b']],
  ['/posts', [], ['/posts'], []],
  ['{"a":{"id":{id}}}', ['id'], ['{"a":{"id":', '}}'], ['id']],
  ['{other} {id}', ['id'], ['{other} ', ''], ['id']],
  [`\${id} {id}`, ['id'], [`\${id} `, ''], ['id']],
  ['{id', ['id'], ['{id'], []],
])('%s', (text, names, literals, found) => {
  expect(compileTemplate(text, 'none', names)).toEqual({ literals, names: found, escape: 'none' });
});

test('without names every identifier in braces is a placeholder', () => {
  expect(compileTemplate('{a}-{1}', 'path').names).toEqual(['a']);
});

test.each([
  ['path', 'a/b c?d&é', 'a%2Fb%20c%3Fd%26%C3%A9'],
  ['path', '\ud800', '%EF%BF%BD'],
  ['form', "a b+c&d=é~!'()*-._", 'a+b%2Bc%26d%3D%C3%A9%7E%21%27%28%29*-._'],
  ['form', '\ud800', '%EF%BF%BD'],
  ['json', 'a"b\\c\n', 'a\\"b\\\\c\\n'],
  ['json', '12', '12'],
  ['header', 'a\r\nhost: evil', 'a  host: evil'],
  ['none', 'a\nb', 'a\nb'],
] as const)('%s: %j', (into, value, written) => {
  expect(escapeValue(value, into)).toBe(written);
});

test('a filled JSON string is always JSON', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const text = fillTemplate(compileTemplate('{"a":"{v}"}', 'json', ['v']), () => value);
      expect(JSON.parse(text)).toEqual({ a: value });
    }),
  );
});

test('a form value is written as URLSearchParams writes it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      expect(`v=${escapeValue(value, 'form')}`).toBe(new URLSearchParams({ v: value }).toString());
    }),
  );
});

test('a text is cut into variables, placeholders and the rest', () => {
  expect(textParts(`Bearer \${TOKEN} {id} $\${X} \${1} {a b}`)).toEqual([
    { kind: 'text', text: 'Bearer ' },
    { kind: 'variable', name: 'TOKEN' },
    { kind: 'text', text: ' ' },
    { kind: 'placeholder', name: 'id' },
    { kind: 'text', text: ' ' },
    { kind: 'text', text: `\${` },
    { kind: 'text', text: 'X} ' },
    { kind: 'broken', text: `\${1}` },
    { kind: 'text', text: ' {a b}' },
  ]);
});
