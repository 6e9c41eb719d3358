import type { Setup } from '../setup.ts';

/** What the balancer lets through; see `Surroundings` for the units. */
export type BalancerLimits = Pick<Setup, 'maxInFlight' | 'queueTimeoutMs' | 'rateLimit' | 'keepAlive'>;

/** One API instance as HAProxy knows it. */
export interface BalancedServer {
  /** Of lower-case letters, digits and hyphens. */
  readonly name: string;
  /** On 127.0.0.1. */
  readonly port: number;
  /** Taken out: it is sent nothing. */
  readonly isOut?: boolean;
}

/** The backend of the API instances, in statistics and metrics. */
export const backend = 'api';

/** Requests that wait for an instance; the next ones are turned away at once. */
const queueLimit = 1000;

/** Answers below it may be kept by the balancer. */
const staticPrefix = '/static/';

/**
 * Everything about a server but its address. A server that is added at run time does not inherit `default-server`, so both
 * ways take it from here. Three checks fail before a server is called down: an event loop that is busy is not dead.
 */
export function serverOptions({ maxInFlight }: Pick<BalancerLimits, 'maxInFlight'>): string {
  return `maxconn ${maxInFlight} check inter 1s fastinter 250ms fall 3 rise 1`;
}

/**
 * The configuration of HAProxy 2.6 or later.
 * One thread: limits and counts are exact, and the cores are the API's. `noreuseport`, or two could share one port unseen; a
 * reload hands its sockets on by the admin socket.
 */
export function haproxyConfig(parts: {
  readonly limits: BalancerLimits;
  readonly servers: readonly BalancedServer[];
  readonly port: number;
  readonly metricsPort: number;
  /** Of the admin socket. */
  readonly socket: string;
}): string {
  const { limits, servers, port, metricsPort, socket } = parts;
  return `global
  nbthread 1
  noreuseport
  maxconn 4000
  no strict-limits
  hard-stop-after 30s
  stats socket "${socket}" mode 600 level admin expose-fd listeners

defaults
  mode http
  timeout connect 2s
  timeout client 75s
  timeout server 60s
  timeout check 3s
  timeout queue ${limits.queueTimeoutMs}ms
  timeout http-request 10s
  timeout http-keep-alive 75s
  # Or a reload would close connections on which a request may be on its way.
  option idle-close-on-response
  option forwardfor${limits.keepAlive ? '' : '\n  option httpclose'}
${errorAnswers}

cache static
  total-max-size 16
  max-object-size 1000000
  max-age 3600
  process-vary on

frontend public
  bind 127.0.0.1:${port}
${rateLimitRules(limits.rateLimit)}  http-request return status 503 content-type application/json hdr Retry-After 1 string ${body('queue-full', 'too many requests wait for an instance')} if { queue(${backend}) ge ${queueLimit} }
  acl static path_beg ${staticPrefix}
  http-request set-var(txn.static) bool(true) if static
  http-request cache-use static if static
  http-response cache-store static if { var(txn.static) -m bool }
  http-response set-header X-Served-By %s unless { res.cache_hit }
  http-response set-header X-Balancer-Cache hit if { res.cache_hit }
  http-after-response set-header Via "1.1 haproxy"
  default_backend ${backend}

frontend metrics
  bind 127.0.0.1:${metricsPort}
  http-request use-service prometheus-exporter if { path /metrics }
  http-request return status 404

backend ${backend}
  balance leastconn
  http-reuse safe
  option httpchk
  http-check send meth GET uri /_lab/health
  http-check expect status 200
  retries 3
  option redispatch 1
  # A request that was refused never began; only a read may be sent again once it did.
  retry-on conn-failure empty-response
  http-request disable-l7-retry unless METH_GET
${servers.map((server) => serverLine(server, limits)).join('')}`;
}

function serverLine({ name, port, isOut }: BalancedServer, limits: BalancerLimits): string {
  return `  server ${name} 127.0.0.1:${port} ${serverOptions(limits)}${isOut === true ? ' disabled' : ''}\n`;
}

/**
 * A request counts once it is let in, so a client above the limit keeps the limit's rate; counting the refused as well
 * would lock it out for as long as it asks.
 */
function rateLimitRules(perSecond: number | null): string {
  if (perSecond === null) return '';
  return `  stick-table type ipv6 size 100k expire 10s store gpc0_rate(1s)
  http-request track-sc0 src
  http-request return status 429 content-type application/json hdr Retry-After 1 string ${body('rate-limited', `more than ${perSecond} requests per second of one client`)} if { sc_gpc0_rate(0) ge ${perSecond} }
  http-request sc-inc-gpc0(0)
`;
}

/** HAProxy's own answers in the shape of the API's. 503: the queue's time-out, or no instance is up. */
const errorAnswers = [
  `  http-error status 502 content-type application/json string ${body('bad-gateway', 'the instance broke off')}`,
  `  http-error status 503 content-type application/json hdr Retry-After 1 string ${body('no-instance-free', 'no instance came free in time')}`,
  `  http-error status 504 content-type application/json string ${body('gateway-timeout', 'the instance did not answer in time')}`,
].join('\n');

/** Quoted for HAProxy: strong quotes, which nothing in it may hold. */
function body(error: string, message: string): string {
  return `'${JSON.stringify({ error, message, faults: [] })}'`;
}
