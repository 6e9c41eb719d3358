import * as z from 'zod';
import { limits } from './limits.ts';
import { flag, record, text, whole } from './schema-leaves.ts';

/** How the target is spoken to: keys of the plan itself. */

const connections = z
  .union(
    [
      z.enum(['per-user', 'per-request'], { error: 'per-user, per-request, or { shared: 50 }' }),
      record(
        'per-user, per-request, or { shared: 50 }',
        {
          shared: whole(1, limits.connections, {
            description: 'So many connections for all users together.',
          }),
        },
        { description: 'A bounded pool.' },
      ),
    ],
    { error: 'per-user, per-request, or { shared: 50 }' },
  )
  .meta({
    description:
      '`per-user` (the default): each user keeps a connection of its own, as a browser does; `per-request`: a new one for each request; `{ shared: 50 }`: all users share so many.',
    examples: ['per-user', { shared: 50 }],
  });

const http = z.literal([1, 1.1, 2, '1', '1.1', '2'], { error: '1 or 2' }).meta({
  description: 'Version of HTTP: 1 (HTTP/1.1, the default) or 2.',
});

const tls = record(
  'an object with verify, ca, cert and key, or resume',
  {
    verify: flag({
      description: "Whether the target's certificate must be valid; true unless given.",
    }).optional(),
    ca: text('a file of PEM certificates', 4_096, {
      description: "File with your own certificate authority (PEM), beside the plan's file.",
    }).optional(),
    cert: text('a file of PEM certificates', 4_096, {
      description:
        "File with the client's certificate and those between it and its authority (PEM); needs `key`.",
      examples: ['client.pem'],
    }).optional(),
    key: text('a file with a PEM key', 4_096, {
      description: "File with the private key of the client's certificate (PEM); needs `cert`.",
      examples: ['client-key.pem'],
    }).optional(),
    passphrase: text('a passphrase such as ${KEY_PASSPHRASE}', 1_024, {
      description: 'Of the private key; from the environment: `${KEY_PASSPHRASE}`.',
      examples: ['${KEY_PASSPHRASE}'],
    }).optional(),
    resume: flag({
      description:
        'Whether a new connection takes up the TLS session of an earlier one, which spares a part of the handshake; false unless given.',
    }).optional(),
  },
  { description: 'How target and client show who they are.' },
);

export const connectionFields = {
  tls: tls.optional(),
  connections: connections.optional(),
  http: http.optional(),
  connect: text('an address such as 127.0.0.1:8080 or unix:/run/app.sock', 4_096, {
    description:
      "Where to connect instead of to the target's host and port: `127.0.0.1:8080`, `[::1]:8080`, `unix:/run/app.sock`. Host header and TLS name stay the target's.",
    examples: ['127.0.0.1:8080', 'unix:/run/app.sock'],
  }).optional(),
  proxy: text('a proxy such as http://127.0.0.1:3128', 4_096, {
    description:
      'URL of an HTTP proxy; its password from the environment: `http://user:${PROXY_PASSWORD}@proxy.example:3128`.',
    examples: ['http://127.0.0.1:3128'],
  }).optional(),
  cookies: flag({
    description: 'Whether each user keeps the cookies that it is given; true unless given.',
  }).optional(),
  redirects: whole(0, limits.redirects, {
    description:
      "So many redirects within the target's origin are followed for a request; 5 unless given, 0 for none.",
  }).optional(),
};
