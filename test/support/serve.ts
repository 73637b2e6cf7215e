// Serves a fetch-style function on a local port, connections kept open; a ConnectionCut drops the socket.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ConnectionCut } from '../../edge-worker/connectors/stand-in.ts';

export interface Served {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

type Fetch = (request: Request) => Promise<Response>;

/** Port 0 takes any free one. */
export function serve(fetch: Fetch, port = 0): Promise<Served> {
  const server = createServer({ keepAlive: true, keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    void answer(fetch, incoming, outgoing);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const taken = typeof address === 'object' && address !== null ? address.port : port;
      const close = () =>
        new Promise<void>((closed) => {
          server.close(() => closed());
          server.closeAllConnections();
        });
      resolve({ url: `http://127.0.0.1:${taken}`, port: taken, close });
    });
  });
}

async function answer(fetch: Fetch, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  try {
    const response = await fetch(await requestOf(incoming));
    const headers: Record<string, string | string[]> = Object.fromEntries(response.headers);
    const cookies = response.headers.getSetCookie();
    if (cookies.length > 0) headers['set-cookie'] = cookies;
    const body = Buffer.from(await response.arrayBuffer());
    outgoing.writeHead(response.status, { ...headers, 'content-length': body.byteLength });
    outgoing.end(body);
  } catch (error) {
    if (error instanceof ConnectionCut) {
      incoming.socket.destroy();
      return;
    }
    outgoing.writeHead(500, { 'content-type': 'text/plain' });
    outgoing.end(error instanceof Error ? error.stack : String(error));
  }
}

async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const { method = 'GET', headers, url = '/' } = incoming;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const copied = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of [value ?? []].flat()) copied.append(name, one);
  }
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const init = { method, headers: copied, ...(hasBody && { body: Buffer.concat(chunks) }) };
  return new Request(`http://${headers.host ?? '127.0.0.1'}${url}`, init);
}

/** A port that nobody listens on right now. */
export async function freePort(): Promise<number> {
  const served = await serve(async () => new Response(null, { status: 503 }));
  await served.close();
  return served.port;
}
