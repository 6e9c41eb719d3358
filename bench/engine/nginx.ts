import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';

/** What nginx has seen since its start, this reading left out. */
export type Counted = { readonly requests: number; readonly connections: number };

export type Nginx = {
  readonly url: string;
  /** Its own count (`stub_status`), so that no client's has to be trusted. */
  counted(): Promise<Counted>;
  stop(): Promise<void>;
};

/** Starts nginx with a small JSON answer, one process, on the given core. Needs nginx and taskset. */
export async function startNginx(core: number): Promise<Nginx> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'loadline-bench-'));
  const port = await freePort();
  const config = path.join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 20000; }
http { access_log off; keepalive_requests 1000000000; default_type application/json;
  client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c; uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
  server { listen 127.0.0.1:${port} backlog=4096; location = /counted { stub_status; } location / { return 200 '{"id":1,"title":"a title","userId":7,"completed":false}'; } } }
`,
  );
  const nginx = spawn('taskset', ['-c', String(core), 'nginx', '-c', config, '-p', folder], {
    stdio: 'inherit',
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const url = `http://127.0.0.1:${port}`;
  let readings = 0;
  return {
    url,
    counted: async () => {
      const answer = await fetch(`${url}/counted`, { headers: { connection: 'close' } });
      const text = await answer.text();
      const match = /accepts handled requests\s+(\d+) \d+ (\d+)/.exec(text);
      if (match === null) throw new Error(`nginx counts: ${text}`);
      readings += 1;
      const [, connections, requests] = match.map(Number);
      return { requests: (requests ?? 0) - readings, connections: (connections ?? 0) - readings };
    },
    stop: async () => {
      nginx.kill('SIGTERM');
      await new Promise((resolve) => nginx.once('exit', resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
