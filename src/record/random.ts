/**
 * A generator of uniform numbers in [0, 1), the same for the same seed on every machine.
 * sfc32 (Chris Doty-Humphrey, PractRand), its state filled by splitmix32 and stirred 15 times.
 */
export function randomFrom(seed: number): () => number {
  let filling = seed | 0;
  const splitmix32 = () => {
    filling = (filling + 0x9e3779b9) | 0;
    let t = filling ^ (filling >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return (t ^ (t >>> 15)) | 0;
  };
  let a = splitmix32();
  let b = splitmix32();
  let c = splitmix32();
  let counter = 1;
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 15; i += 1) next();
  return next;
}

/** A whole number from 0 to `below` − 1. */
export function randomIndex(random: () => number, below: number): number {
  return Math.floor(random() * below);
}

/** Exponentially distributed with the given mean. */
export function randomExponential(random: () => number, mean: number): number {
  return -Math.log1p(-random()) * mean;
}

/** Normally distributed, mean 0 and deviation 1 (Box and Muller, 1958); takes two numbers. */
export function randomNormal(random: () => number): number {
  const radius = Math.sqrt(-2 * Math.log1p(-random()));
  return radius * Math.cos(2 * Math.PI * random());
}
