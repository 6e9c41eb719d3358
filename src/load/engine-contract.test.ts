import { createHttp2Engine } from './http2/http2-engine.ts';
import { engineContract } from './testing/engine-contract.ts';

engineContract({
  name: 'HTTP/2, a session for each client',
  version: 2,
  connections: 'own',
  make: (address, now) => createHttp2Engine(address, now, { freshConnections: false }),
});
engineContract({
  name: 'HTTP/2, a session for each request',
  version: 2,
  connections: 'fresh',
  make: (address, now) => createHttp2Engine(address, now, { freshConnections: true }),
});
engineContract({
  name: 'HTTP/2, two sessions for all',
  version: 2,
  connections: { shared: 2 },
  make: (address, now) => createHttp2Engine(address, now, { freshConnections: false, sharedSessions: 2 }),
});
