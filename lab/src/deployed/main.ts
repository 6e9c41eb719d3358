/** The process of a container: one of several API replicas over a PostgreSQL and a Redis that they share. */
import { LabError } from '../lab-error.ts';
import { defaultSeed, seedTexts } from '../seed.ts';
import { serveApi } from '../served-api.ts';
import { deployedAssignment } from './deployment.ts';
import { prepareSharedDatabase } from './shared-database.ts';

try {
  const assignment = deployedAssignment(process.env);
  const rows = seedTexts(defaultSeed);
  const isFirst = await prepareSharedDatabase(assignment.databaseUrl, rows);
  const api = await serveApi(assignment, rows);
  const { port } = new URL(api.url);
  process.stdout.write(`${JSON.stringify({ ready: true, port: Number(port), prepared: isFirst })}\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await api.stop();
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  process.stderr.write(`lab: ${error.message}\n  ${error.remedy}\n`);
  process.exitCode = 1;
}
