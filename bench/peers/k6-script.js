import http from 'k6/http';

// Bodies are read and dropped, as Loadline does with an endpoint that expects nothing of them.
export const options = { discardResponseBodies: true };

export default function request() {
  http.get(__ENV.URL);
}
