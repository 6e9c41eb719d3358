import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Service } from 'kubernetes-models/v1';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { isObject } from '../document.ts';

const folder = fileURLToPath(new URL('../../deploy/kubernetes/', import.meta.url));
const kinds = { Deployment, StatefulSet, HorizontalPodAutoscaler, PodDisruptionBudget, Service };

function manifests(file: string): { kind: string; version: unknown; check: () => void }[] {
  return parseAllDocuments(readFileSync(folder + file, 'utf8')).map((document) => {
    const manifest: unknown = document.toJS();
    const found = Object.entries(kinds).find(([name]) => isObject(manifest) && manifest.kind === name);
    if (!isObject(manifest) || found === undefined) throw new Error(`${file}: ${String(document)}`);
    const [kind, Model] = found;
    // The schema, not the type, says whether it is one.
    return {
      kind,
      version: manifest.apiVersion,
      check: () => Reflect.construct(Model, [manifest]).validate(),
    };
  });
}

test.each([
  ['storage.yaml', ['Service', 'StatefulSet', 'Service', 'Deployment']],
  ['api.yaml', ['Service', 'Deployment', 'PodDisruptionBudget', 'HorizontalPodAutoscaler']],
  ['haproxy.yaml', ['Service', 'Deployment']],
  ['monitoring.yaml', ['Service', 'Deployment', 'Service', 'Deployment']],
])("%s holds to Kubernetes' schemas", (file, expected) => {
  const all = manifests(file);
  expect(all.map(({ kind }) => kind)).toEqual(expected);
  for (const { check } of all) expect(check).not.toThrow();
});
