import { stringify } from 'yaml';

/** What Prometheus scrapes in a lab's stack: one job each, whose targets stand in a file that may change. */
export const jobs = ['api', 'haproxy'] as const;
export type Job = (typeof jobs)[number];

/** Something that exports metrics. */
export interface Target {
  /** Becomes the label `instance`. */
  readonly name: string;
  /** Of its metrics, such as `http://127.0.0.1:3000/metrics`. */
  readonly url: string;
}

/** Short, so that a fault of ten seconds is seen; a real installation takes 15 s. */
const scrapeSeconds = 2;

/** The configuration file; the files that it names are beside it. */
export function prometheusConfig(own: { readonly address: string }): string {
  return stringify({
    global: {
      scrape_interval: `${scrapeSeconds}s`,
      scrape_timeout: `${scrapeSeconds}s`,
      evaluation_interval: `${scrapeSeconds}s`,
    },
    rule_files: ['rules/*.yml'],
    scrape_configs: [
      ...jobs.map((job) => ({
        job_name: job,
        file_sd_configs: [{ files: [targetsFile(job)], refresh_interval: '5s' }],
      })),
      {
        job_name: 'prometheus',
        static_configs: [{ targets: [own.address], labels: { instance: 'prometheus' } }],
      },
    ],
  });
}

export function targetsFile(job: Job): string {
  return `targets-${job}.json`;
}

/** A target group of file-based service discovery for each target, since each has its own name and path. */
export function targetGroups(targets: readonly Target[]): string {
  return JSON.stringify(
    targets.map(({ name, url }) => {
      const { protocol, host, pathname } = new URL(url);
      return {
        targets: [host],
        labels: { instance: name, __scheme__: protocol.slice(0, -1), __metrics_path__: pathname },
      };
    }),
  );
}
