import { integer, pick, type Random } from './random.ts';

const onsets = ['b', 'c', 'd', 'f', 'l', 'm', 'n', 'p', 'pr', 'qu', 'r', 's', 't', 'tr', 'v', ''] as const;
const vowels = ['a', 'e', 'i', 'o', 'u', 'ae', 'ia', 'io'] as const;
const codas = ['', '', '', 'm', 'n', 'r', 's', 't', 'x'] as const;

/** A word that sounds like Latin and means nothing. */
export function word(random: Random): string {
  let text = '';
  for (let syllables = integer(random, 1, 3); syllables > 0; syllables -= 1) {
    text += pick(random, onsets) + pick(random, vowels);
  }
  return text + pick(random, codas);
}

export function words(random: Random, low: number, high: number): string {
  return Array.from({ length: integer(random, low, high) }, () => word(random)).join(' ');
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Lines of words, as JSONPlaceholder's bodies have them. */
export function paragraph(random: Random): string {
  return Array.from({ length: integer(random, 3, 5) }, () => words(random, 5, 8)).join('\n');
}
