import { expect, test } from 'vitest';
import { endpointKeys, faultsOfSteps, listOfSteps, request } from './testing/faults-of-text.ts';

const stepKeys = `${endpointKeys.replace('weight, ', '')}, once, extract, thinkTime`;

test.each([
  [
    'a step that is a number',
    ['- 5'],
    [
      '5:7 flows[0].steps[0]: expected a request such as GET /posts, or an object with request, think, repeat, if or chance, received 5.',
    ],
  ],
  [
    'a misspelt request',
    ['- reqest: GET /'],
    [
      `5:7 flows[0].steps[0].reqest: expected one of ${stepKeys}, received "reqest". Hint: did you mean "request"?`,
    ],
  ],
  [
    'a misspelt pause',
    ['- thinkk: 2s'],
    ['5:7 flows[0].steps[0].thinkk: expected one of think, received "thinkk". Hint: did you mean "think"?'],
  ],
  [
    'an empty step',
    ['- {}'],
    [`5:7 flows[0].steps[0].request: expected ${request}, received nothing. Hint: write request: GET /posts`],
  ],
  [
    'a weight of a step',
    ['- { request: GET /, weight: 2 }'],
    [
      `5:25 flows[0].steps[0].weight: expected one of ${stepKeys}, received "weight". Hint: the whole flow has the weight: write it beside steps`,
    ],
  ],
  [
    'a pause inside a request',
    ['- { request: GET /, think: 2s }'],
    [
      `5:25 flows[0].steps[0].think: expected one of ${stepKeys}, received "think". Hint: write thinkTime, or a step of its own: - think: 2s`,
    ],
  ],
  [
    'a pause without unit',
    ['- think: 2'],
    [
      '5:14 flows[0].steps[0].think: expected a range of durations such as 1s..3s, one duration, or 0, received 2. Hint: write 2ms or 2s',
    ],
  ],
  [
    'a condition without steps',
    ['- if: { a: 1 }'],
    [`5:7 flows[0].steps[0].then: expected ${listOfSteps}, received nothing.`],
  ],
  [
    'a chance with the key of a repeat',
    ['- chance: 30%', '  steps: [GET /]'],
    [
      `5:7 flows[0].steps[0].then: expected ${listOfSteps}, received nothing.`,
      '6:7 flows[0].steps[0].steps: expected one of if, chance, then, else, received "steps".',
    ],
  ],
  [
    'a repeat with the key of a chance',
    ['- repeat: 3', '  then: [GET /]'],
    ['5:7 flows[0].steps[0].repeat: expected one of if, chance, then, else, received "repeat".'],
  ],
  [
    'a condition and a chance',
    ['- { request: POST /, extract: { a: json $ } }', '- { if: { a: 1 }, chance: 3%, then: [GET /] }'],
    ['6:7 flows[0].steps[1]: expected if or chance, received both.'],
  ],
  ['neither', ['- then: [GET /]'], ['5:7 flows[0].steps[0]: expected if or chance, received neither.']],
  [
    'a condition on nothing',
    ['- { if: {}, then: [GET /] }'],
    ['5:13 flows[0].steps[0].if: expected at least one value, received an empty object.'],
  ],
  [
    'a chance over one',
    ['- { chance: 30, then: [GET /] }'],
    ['5:17 flows[0].steps[0].chance: expected a share such as 0.1% (or 0.001), received 30. Hint: write 30%'],
  ],
  [
    'a repeat that runs backwards',
    ['- { repeat: 3..1, steps: [GET /] }'],
    [
      '5:17 flows[0].steps[0].repeat: expected a range whose first number is not above its last, received "3..1". Hint: write 1..3',
    ],
  ],
  [
    'a repeat too many',
    ['- { repeat: 1..20000, steps: [GET /] }'],
    ['5:17 flows[0].steps[0].repeat: expected at most 10000 times, received 20000.'],
  ],
  [
    'a repeat below none',
    ['- { repeat: -1, steps: [GET /] }'],
    ['5:17 flows[0].steps[0].repeat: expected a whole number from 0 to 10000, received -1.'],
  ],
  [
    'a fault deep inside',
    ['- repeat: 2', '  steps:', '  - chance: 50%', '    then: [GTE /posts]'],
    [
      `8:16 flows[0].steps[0].steps[0].then[0]: expected ${request}, received "GTE /posts". Hint: did you mean "GET"?`,
    ],
  ],
])('a step: %s', (_, steps, faults) => {
  expect(faultsOfSteps(...steps)).toEqual(faults);
});

test('steps are bounded in depth and in number', () => {
  const nested = (levels: number, text = 'GET /'): string =>
    levels === 0 ? text : nested(levels - 1, `{ chance: 50%, then: [${text}], else: [GET /] }`);
  expect(faultsOfSteps(`- ${nested(7)}`)).toEqual([]);
  expect(faultsOfSteps(`- ${nested(40)}`)[0]).toMatch(
    /expected at most 8 levels of steps, received a deeper one\./,
  );
  expect(faultsOfSteps(...Array.from({ length: 1001 }, () => '- think: 1s'))).toEqual([
    '4:3 flows: expected at most 1000 steps in all flows, received 1001 of them. Hint: repeat: 10 makes the same steps again',
  ]);
});
