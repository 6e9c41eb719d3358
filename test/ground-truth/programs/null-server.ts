/** The server that costs as little as a server can, in a process of its own: `node null-server.ts`. */
import { startNullServer } from '../../../src/load/null-server.ts';
import { endWithParent, tellPort } from './parent.ts';

const server = await startNullServer();
tellPort(Number(new URL(server.url).port));
process.once('SIGTERM', () => process.exit(0));
endWithParent();
