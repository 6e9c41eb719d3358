import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { largestId, readBody } from './body.ts';
import type { Cache } from './cache.ts';
import { dependants } from './document.ts';
import { type ListQuery, listKey, readListQuery } from './list-query.ts';
import { nestedRoutes, type Resource, resourceNamed, resources } from './resource.ts';
import { sendJson } from './send-json.ts';
import type { Sign } from './signature.ts';
import type { Store } from './store.ts';
import type { PlantedTroubles } from './troubles/planted-troubles.ts';

/** An answer before it is signed and sent; this is what the cache keeps. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly total?: number | undefined;
}

interface Parts {
  readonly store: Store;
  readonly sign: Sign;
  readonly cache: Cache<Answer> | undefined;
  readonly troubles: PlantedTroubles;
}

const missing: Answer = { status: 404, body: '{}' };
type WithId = { Params: { id: string } };

/** JSONPlaceholder's routes. */
export function addRoutes(app: FastifyInstance, parts: Parts): void {
  for (const resource of resources) addResource(app, parts, resource);
  for (const { parent, child, through } of nestedRoutes) {
    const resource = resourceNamed(child);
    app.get<WithId>(`/${parent}/:id/${child}`, { exposeHeadRoute: false }, (request, reply) => {
      const id = idOf(request.params.id);
      if (id === undefined) return send(parts, reply, { status: 200, body: '[]' });
      const parameters = parametersOf(request);
      parameters.set(through, String(id));
      return answerList(parts, reply, resource, readListQuery(resource, parameters));
    });
  }
  app.post('/_lab/reset', async (_, reply) => {
    await parts.store.reset();
    await parts.cache?.invalidate(resources.map((resource) => resource.name));
    return sendJson(reply, 200, '{"status":"reset"}');
  });
}

function addResource(app: FastifyInstance, parts: Parts, resource: Resource): void {
  const { store } = parts;
  const all = `/${resource.name}`;
  const one = `/${resource.name}/:id`;
  const invalidate = (also: readonly string[] = []) => parts.cache?.invalidate([resource.name, ...also]);

  app.get(all, { exposeHeadRoute: false }, (request, reply) =>
    answerList(parts, reply, resource, readListQuery(resource, parametersOf(request))),
  );

  app.get<WithId>(one, { exposeHeadRoute: false }, (request, reply) => {
    const id = idOf(request.params.id);
    if (id === undefined) return send(parts, reply, missing);
    return answerRead(parts, reply, resource, `one ${id}`, async () => {
      await parts.troubles.beforeRead(resource.name, id);
      const document = await store.one(resource, id);
      return document === undefined ? missing : { status: 200, body: JSON.stringify(document) };
    });
  });

  app.post(all, async (request, reply) => {
    const given = readBody(resource, request.body, { kind: 'create' });
    const document = await store.create(resource, given).finally(() => invalidate());
    reply.header('location', `${all}/${document.id}`);
    return send(parts, reply, { status: 201, body: JSON.stringify(document) });
  });

  for (const [method, kind] of [
    ['PUT', 'replace'],
    ['PATCH', 'patch'],
  ] as const) {
    app.route<WithId>({
      method,
      url: one,
      handler: async (request, reply) => {
        const id = idOf(request.params.id);
        if (id === undefined) return send(parts, reply, missing);
        const given = readBody(resource, request.body, { kind, id });
        const document = await store.change(resource, id, given).finally(() => invalidate());
        return send(parts, reply, document ? { status: 200, body: JSON.stringify(document) } : missing);
      },
    });
  }

  app.delete<WithId>(one, async (request, reply) => {
    const id = idOf(request.params.id);
    if (id === undefined) return send(parts, reply, missing);
    const removed = await store.remove(resource, id).finally(() => invalidate(dependants(resource.name)));
    return send(parts, reply, removed ? { status: 200, body: '{}' } : missing);
  });
}

function answerList(
  parts: Parts,
  reply: FastifyReply,
  resource: Resource,
  query: ListQuery,
): Promise<FastifyReply> {
  return answerRead(parts, reply, resource, `list ${listKey(query)}`, async () => {
    await parts.troubles.beforeRead(resource.name, undefined);
    const { items, total } = await parts.store.list(resource, query);
    return { status: 200, body: JSON.stringify(items), total };
  });
}

async function answerRead(
  parts: Parts,
  reply: FastifyReply,
  resource: Resource,
  key: string,
  load: () => Promise<Answer>,
): Promise<FastifyReply> {
  if (parts.cache === undefined) return send(parts, reply, await load());
  const found = await parts.cache.lookup(resource.name, key, load);
  reply.header('x-cache', found.state);
  if (found.state === 'hit') reply.header('age', String(Math.floor(found.ageMs / 1000)));
  return send(parts, reply, found.value);
}

async function send(parts: Parts, reply: FastifyReply, answer: Answer): Promise<FastifyReply> {
  await parts.troubles.beforeAnswer(answer.body);
  reply.header('x-signature', await parts.sign(answer.body));
  if (answer.total !== undefined) reply.header('x-total-count', String(answer.total));
  return sendJson(reply, answer.status, answer.body);
}

function idOf(text: string): number | undefined {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return id >= 1 && id <= largestId ? id : undefined;
}

function parametersOf(request: FastifyRequest): URLSearchParams {
  const at = request.url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1));
}
