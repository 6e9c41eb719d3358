import type { Setup } from '../setup.ts';
import type { ApiInstance } from './api-instance.ts';
import { defaultPolicy, startAutoscaler } from './autoscaler.ts';
import { type Fleet, nameOf, openFleet, type StartInstance, serverOf } from './fleet.ts';
import { type Balancer, startHaproxy } from './haproxy.ts';
import type { StackState } from './state.ts';
import { supervise } from './supervised.ts';
import { identityOf, instanceLimit, type StackApi, type Targets } from './supervisor.ts';

const healEveryMs = 100;

/** API instances behind HAProxy: each is started again when it dies, and so is HAProxy, with those that there are then. */
export async function startBalancedApi(
  setup: Setup,
  state: StackState,
  startApi: (number: number) => Promise<ApiInstance>,
): Promise<StackApi> {
  const startInstance: StartInstance = async (number) => {
    const running = await startApi(number);
    return { number, running, identity: identityOf(running) };
  };
  const numbers = Array.from({ length: setup.instances }, (_, at) => at + 1);
  const started = await Promise.allSettled(numbers.map(startInstance));
  const first = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  let fleet: Fleet | undefined;
  let { port } = setup;
  const members = () => fleet?.members() ?? first;
  try {
    for (const each of started) if (each.status === 'rejected') throw each.reason;
    const tellers: ((targets: Targets) => void)[] = [];
    const targets = (): Targets => ({
      api: members().map(({ number, running }) => ({
        name: nameOf(number),
        url: `${running.url}/metrics`,
      })),
      haproxy: [{ name: 'haproxy', url: haproxy.current().metricsUrl }],
    });
    const tell = () => {
      for (const each of tellers) each(targets());
    };
    const haproxy = await supervise(
      () => startHaproxy(state, { limits: setup, servers: members().map(serverOf), port }),
      async () => tell(),
    );
    const { url } = haproxy.current();
    port = Number(new URL(url).port);
    const balancer = over(() => haproxy.current());
    const opened = openFleet({
      balancer,
      members: first,
      startInstance: async (number) => {
        const member = await startInstance(number);
        setImmediate(tell);
        return member;
      },
      limit: instanceLimit,
    });
    fleet = opened;
    const autoscaler = setup.autoscale
      ? startAutoscaler({
          fleet: opened,
          balancer,
          policy: { ...defaultPolicy, minimum: setup.instances, maximum: instanceLimit },
          onStep: ({ before, after }) => {
            if (after < before) tell();
          },
        })
      : undefined;
    const restarts = { count: 0, fault: null as string | null };
    let isHealing = false;
    const healing = setInterval(() => {
      if (isHealing) return;
      isHealing = true;
      opened
        .heal()
        .then(
          (count) => {
            restarts.count += count;
            restarts.fault = null;
          },
          (error: unknown) => {
            restarts.fault = error instanceof Error ? error.message : String(error);
          },
        )
        .finally(() => {
          isHealing = false;
        });
    }, healEveryMs);
    return {
      url,
      read: () => [
        ...opened.members().map(({ running }) => ({
          name: running.name,
          pid: running.pid,
          url: running.url,
          state: 'running' as const,
          restarts: restarts.count,
          fault: restarts.fault,
        })),
        haproxy.read(),
      ],
      onTargets(teller) {
        tellers.push(teller);
        teller(targets());
      },
      restart: () => opened.restart(),
      reload: () => haproxy.current().reload(),
      async stop() {
        clearInterval(healing);
        await autoscaler?.stop();
        await haproxy.stop();
        await opened.stop();
      },
    };
  } catch (error) {
    await Promise.all(first.map(({ running }) => running.stop()));
    throw error;
  }
}

/** The balancer that runs now, whatever became of the one before. */
function over(current: () => Balancer): Balancer {
  return {
    get name() {
      return current().name;
    },
    get pid() {
      return current().pid;
    },
    get url() {
      return current().url;
    },
    get metricsUrl() {
      return current().metricsUrl;
    },
    stop: () => current().stop(),
    add: (server) => current().add(server),
    takeOut: (name) => current().takeOut(name),
    bringBack: (server) => current().bringBack(server),
    remove: (name) => current().remove(name),
    reload: () => current().reload(),
    read: () => current().read(),
  };
}
