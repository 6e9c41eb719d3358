import { headerOf, secondOf } from './run.fixture.ts';
import { createRunFile } from './run-file.ts';

/** Writes seconds without end and tells each one that is kept, until it is killed. */
const writer = createRunFile(process.argv[2] ?? '', headerOf(3));
writer.startStage({ index: 0, users: 10, askedRatePerSecond: null, spawnRate: 2, startMs: 0 });
for (let second = 0; second < 100_000; second += 1) {
  writer.writeSecond(secondOf(0, second, 3, 40));
  process.stdout.write(`${second}\n`);
}
