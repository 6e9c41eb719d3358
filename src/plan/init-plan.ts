import { quoted } from './fault.ts';

/**
 * The text of a first plan: commented YAML that is valid as it stands. It requests just the URL that was given
 * (`http://127.0.0.1:3000` without one); credentials and fragment of the URL are left out.
 */
export function initialPlan(
  from: { readonly target?: string | undefined; readonly name?: string | undefined } = {},
): string {
  const given = from.target !== undefined && URL.canParse(from.target) ? new URL(from.target) : null;
  const url = given !== null && /^https?:$/.test(given.protocol) ? given : new URL('http://127.0.0.1:3000');
  const request = `GET ${url.pathname}${url.search}`;
  const name = from.name?.replace(/\p{C}/gu, '').trim().slice(0, 100) ?? '';
  return `# A plan for Loadline: what to load, how, and what is promised. Run it: loadline run loadline.yaml
# Durations carry units (300ms, 60s, 2m), shares too (0.1%).
# Editors complete it with: # yaml-language-server: $schema=node_modules/loadline/schema/plan.schema.json
${name === '' ? '' : `\nname: ${quoted(name, 100)}\n`}
# The API. Load only what is yours to load. A value from the environment: target: "\${BASE_URL}"
target: ${quoted(url.origin, 300)}

endpoints:
  - request: ${quoted(request, 8_000)}
    sla: 500ms                     # short for { p95: 500ms }; or { avg: 300ms, p99: 1s, errors: 0.1% }

  # Short form, weight 1, no SLA:
  # - GET /posts

  # {id} is filled from data: a range, a list, or a column of a file (users.csv, users.csv:id, items.json:id).
  # - request: GET /posts/{id}
  #   name: one post
  #   weight: 3                    # three times as often as weight 1
  #   data: { id: 1..100 }         # at random; { range: 1..100, order: sequential } or unique, per: user
  #   sla: 300ms

  # - request: POST /posts
  #   body: { title: "a title", userId: 1 }    # an object is sent as JSON
  #   expect: { status: 201 }                  # otherwise any 2xx or 3xx is a success
  #   sla: { p95: 1s, errors: 0.1% }

# Closed model: so many concurrent users, each on a connection of its own.
load:
  users: [1, 2, 5, 10, 20, 50]     # one stage each; small steps show where it breaks
  duration: 10s                    # steady part of each stage, after its last user was started
  thinkTime: 0                     # pause between two requests of a user, such as 1s..3s or { exponential: 2s }
  # spawnRate: 5                   # users started per second; otherwise a tenth of the duration is spent on it

# Open model instead: requests per second, whoever sends them.
# load: { rate: [50, 100, 200], arrivals: poisson, duration: 60s, ramp: 10s }

# What "ready for production" means; each requirement is checked in the report.
# readiness: { users: 200, slaCompliance: 95%, errors: 0.1%, avgAt: { users: 100, max: 300ms } }

# auth: { bearer: "\${API_TOKEN}" } # from the environment, never written to the run or a report
# headers: { accept: application/json }
# timeout: 30s
# connections: per-user            # or per-request, or { shared: 50 }
# http: 1                          # or 2

# A target that is not this machine must be named as yours to load:
# allow: [https://staging.example.com]
# Stop the run by itself when it goes wrong (looked at every second, over the last 10 seconds of a stage):
# abort: { errors: 20%, p95: 5s, after: 10s }
# tls: { verify: true }
`;
}
