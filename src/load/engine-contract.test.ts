import { createHttp1Engine } from './http1/http1-engine.ts';
import { createHttp2Engine } from './http2/http2-engine.ts';
import { shareConnections } from './shared-connections.ts';
import { engineContract } from './testing/engine-contract.ts';

engineContract({
  name: 'HTTP/1.1, a connection for each client',
  version: 1,
  connections: 'own',
  make: (address, now) => createHttp1Engine(address, now),
});
engineContract({
  name: 'HTTP/1.1, a connection for each request',
  version: 1,
  connections: 'fresh',
  make: (address, now) => createHttp1Engine(address, now, { freshConnections: true }),
});
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
engineContract({
  name: 'HTTP/1.1, two connections for all',
  version: 1,
  connections: { shared: 2 },
  make: (address, now) => shareConnections(createHttp1Engine(address, now), 2, now),
});
