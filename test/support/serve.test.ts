// A stand-in served on a port behaves as it does in process, and a cut is a dropped connection.
import { expect, it } from 'vitest';
import { ConnectionCut } from '../../edge-worker/connectors/stand-in.ts';
import { serve } from './serve.ts';

it('passes method, path, headers and bytes both ways, and drops the socket when the connection is cut', async () => {
  const { url, close } = await serve(async (request) => {
    if (request.method === 'DELETE') throw new ConnectionCut();
    if (request.method === 'PATCH') throw new Error('a mistake of ours');
    const body = new Uint8Array(await request.arrayBuffer());
    const { pathname, search } = new URL(request.url);
    const said = `${request.method} ${pathname}${search} ${request.headers.get('x-word')} ${body.join(',')}`;
    return new Response(said, { status: 201, headers: { 'x-answer': 'yes' } });
  });
  try {
    const body = new Uint8Array([0, 255, 7]);
    const answer = await fetch(`${url}/a/b?c=1`, { method: 'PUT', headers: { 'x-word': 'w' }, body });
    expect([answer.status, answer.headers.get('x-answer')]).toEqual([201, 'yes']);
    expect(await answer.text()).toBe('PUT /a/b?c=1 w 0,255,7');
    expect(await (await fetch(url)).text()).toBe('GET / null ');
    await expect(fetch(url, { method: 'DELETE' })).rejects.toThrow();
    expect((await fetch(url, { method: 'PATCH' })).status).toBe(500);
  } finally {
    await close();
  }
});
