import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { largestId, readBody } from './body.ts';
import type { Cache } from './cache.ts';
import { dependants } from './document.ts';
import { type ListQuery, listKey, readListQuery } from './list-query.ts';
import { pageLinks } from './page-links.ts';
import { type Relation, readRelations, relationsKey } from './relation.ts';
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
/** Answers that hold rows of several resources: any write does away with them. */
const relatedTag = 'related';
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
      return answerList(parts, request, reply, resource, readListQuery(resource, parameters));
    });
  }
  app.post('/_lab/reset', async (_, reply) => {
    await parts.store.reset();
    await forget(
      parts,
      resources.map((resource) => resource.name),
    );
    return sendJson(reply, 200, '{"status":"reset"}');
  });
}

function addResource(app: FastifyInstance, parts: Parts, resource: Resource): void {
  const { store } = parts;
  const all = `/${resource.name}`;
  const one = `/${resource.name}/:id`;
  const invalidate = (also: readonly string[] = []) => forget(parts, [resource.name, ...also]);

  app.get(all, { exposeHeadRoute: false }, (request, reply) =>
    answerList(parts, request, reply, resource, readListQuery(resource, parametersOf(request))),
  );

  app.get<WithId>(one, { exposeHeadRoute: false }, (request, reply) => {
    const id = idOf(request.params.id);
    if (id === undefined) return send(parts, reply, missing);
    const relations = readRelations(resource, parametersOf(request));
    const key = `one ${id} ${relationsKey(relations)}`.trimEnd();
    return answerRead(parts, reply, tagOf(resource, relations), key, async () => {
      await parts.troubles.beforeRead(resource.name, id);
      await beforeRelated(parts, relations);
      const document = await store.one(resource, id, relations);
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
  request: FastifyRequest,
  reply: FastifyReply,
  resource: Resource,
  query: ListQuery,
): Promise<FastifyReply> {
  const tag = tagOf(resource, query.relations);
  const load = async (): Promise<Answer> => {
    await parts.troubles.beforeRead(resource.name, undefined);
    await beforeRelated(parts, query.relations);
    const { items, total } = await parts.store.list(resource, query);
    return { status: 200, body: JSON.stringify(items), total };
  };
  // Not kept with the answer: it names the host that was asked.
  const link = ({ total }: Answer) => {
    const { page, limit: size } = query;
    if (page === undefined || total === undefined) return;
    const links = pageLinks(urlOf(request), { page, size, total });
    if (links !== undefined) reply.header('link', links);
  };
  return answerRead(parts, reply, tag, `list ${listKey(query)}`, load, link);
}

async function answerRead(
  parts: Parts,
  reply: FastifyReply,
  tag: string,
  key: string,
  load: () => Promise<Answer>,
  onAnswer: (answer: Answer) => void = () => undefined,
): Promise<FastifyReply> {
  const { cache, store } = parts;
  if (cache === undefined) {
    const answer = await load();
    onAnswer(answer);
    return send(parts, reply, answer);
  }
  const found = await cache.lookup(tag, key, (position) => {
    if (position !== undefined) store.awaitPosition(position);
    return load();
  });
  reply.header('x-cache', found.state);
  if (found.state === 'hit') reply.header('age', String(Math.floor(found.ageMs / 1000)));
  onAnswer(found.value);
  return send(parts, reply, found.value);
}

function tagOf(resource: Resource, relations: readonly Relation[]): string {
  return relations.length === 0 ? resource.name : relatedTag;
}

/** What is kept of these resources is out of date; who loads it anew must see what was written. */
async function forget({ cache, store }: Parts, names: readonly string[]): Promise<void> {
  await cache?.invalidate([...names, relatedTag], store.awaitedPosition());
}

/** What stands before the reading of a resource stands before that of its rows beside another's. */
async function beforeRelated({ troubles }: Parts, relations: readonly Relation[]): Promise<void> {
  for (const name of new Set(relations.map(({ resource }) => resource.name)))
    await troubles.beforeRead(name, undefined);
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

/** As the client asked for it. */
function urlOf({ protocol, headers, url }: FastifyRequest): URL {
  const address = `${protocol}://${headers.host ?? ''}`;
  const asked = new URL(URL.canParse(address) ? address : 'http://localhost');
  const at = url.indexOf('?');
  asked.pathname = at < 0 ? url : url.slice(0, at);
  asked.search = at < 0 ? '' : url.slice(at);
  return asked;
}
