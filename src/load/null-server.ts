import { Worker } from 'node:worker_threads';

/**
 * A server that costs as little as a server can: loopback only, a fixed small answer to every request, whatever it
 * asks. What a generator carries against it is what the generator carries.
 */
export type NullServer = {
  /** `http://127.0.0.1:34567` */
  readonly url: string;
  close(): Promise<void>;
};

/** Starts it on a free port, in threads of their own that share the port where the system can (Linux). */
export async function startNullServer(threads = 1): Promise<NullServer> {
  const workers: Worker[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  try {
    const shared = threads > 1 && process.platform === 'linux';
    const port = await listening(workers, { listenOn: 0, shared });
    for (let i = 1; shared && i < threads; i += 1) await listening(workers, { listenOn: port, shared });
    return { url: `http://127.0.0.1:${port}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function listening(
  workers: Worker[],
  workerData: { readonly listenOn: number; readonly shared: boolean },
): Promise<number> {
  const file = new URL(
    import.meta.url.endsWith('.ts') ? './null-server-thread.ts' : './null-server-thread.js',
    import.meta.url,
  );
  const worker = new Worker(file, { workerData });
  workers.push(worker);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.once('exit', () => reject(new Error('the null server ended before it listened')));
  return promise;
}
