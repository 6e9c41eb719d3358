export { randomExponential, randomFrom, randomIndex } from '../record/random.ts';
