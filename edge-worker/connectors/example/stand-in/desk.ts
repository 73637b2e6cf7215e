// For the stand-in's own tests: its server with a token taken, a clock to turn and the webhooks it sent.
import type { StandIn } from '../../stand-in.ts';
import { standIn as factory } from '../stand-in.ts';

export const baseUrl = 'http://127.0.0.1:9100';
export const client = { display_name: 'Harbour & Pine', currency: 'EUR', address: { city: 'Hamburg' } };

export interface Desk {
  readonly standIn: StandIn;
  readonly sent: Request[];
  nowMs: number;
  answerStatus: number;
  call(
    route: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly headers: Headers; readonly body: unknown }>;
  put(records: readonly unknown[], type?: string): Promise<unknown>;
}

export async function openDesk(): Promise<Desk> {
  const sent: Request[] = [];
  let token = '';
  const standIn = factory({
    baseUrl,
    nowMs: () => desk.nowMs,
    chance: () => 0.5,
    sleep: async (ms) => {
      desk.nowMs += ms;
    },
    send: async (request) => {
      sent.push(request);
      return new Response(null, { status: desk.answerStatus });
    },
  });
  const desk: Desk = {
    standIn,
    sent,
    nowMs: Date.parse('2026-11-22T10:15:00.700Z'),
    answerStatus: 202,
    async call(route, body) {
      const [method = '', path = ''] = route.split(' ');
      const init = { method, headers: { authorization: `Bearer ${token}` } };
      const posted =
        body === undefined ? init : { ...init, body: body instanceof URLSearchParams ? body : JSON.stringify(body) };
      const response = await standIn.fetch(new Request(baseUrl + path, posted));
      const text = await response.text();
      const isJson = response.headers.get('content-type') === 'application/json';
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
    },
    async put(records, type = 'client') {
      return (await desk.call(`PUT /v1/${type}/batch`, { records })).body;
    },
  };
  const form = new URLSearchParams({ client_id: 'example-client', client_secret: 'example-secret' });
  const issued = await desk.call('POST /oauth/token', form);
  token = Object(issued.body)['access_token'];
  return desk;
}
