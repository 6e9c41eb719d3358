import * as z from 'zod';
import { limits } from './limits.ts';
import { record, text } from './schema-leaves.ts';

const credentials = (method: string) =>
  record(
    'an object with user and password',
    {
      user: text('a user name', 1_024, { description: 'User name; it may not hold a colon.' }),
      password: z.string({ error: 'a password such as ${API_PASSWORD}' }).max(1_024).meta({
        description: 'Password; from the environment: `${API_PASSWORD}`.',
      }),
    },
    { description: `User and password of HTTP ${method} authentication.` },
  );

export const auth = record(
  'an object with bearer, basic or digest',
  {
    bearer: text('a token such as ${API_TOKEN}', limits.textLength, {
      description: 'Token of `Authorization: Bearer …`; from the environment: `${API_TOKEN}`.',
      examples: ['${API_TOKEN}'],
    }).optional(),
    basic: credentials('Basic').optional(),
    digest: credentials('Digest')
      .meta({
        description:
          'User and password of HTTP Digest authentication (RFC 7616): sent when the server asks for them.',
      })
      .optional(),
  },
  {
    description: 'How requests authenticate: `bearer`, `basic` or `digest`.',
    oneOf: [{ required: ['bearer'] }, { required: ['basic'] }, { required: ['digest'] }],
  },
);
