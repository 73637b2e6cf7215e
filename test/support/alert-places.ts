// Where alerts arrive, as real HTTP servers: a mail carrier and a chat that refuse what theirs would refuse, and an
// office's own webhook. Built from the channels' FACTS.md alone.
import { Webhook } from 'standardwebhooks';
import { type Served, serve } from './serve.ts';

export interface Mail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

interface Block {
  readonly type: string;
  readonly text?: { readonly type: string; readonly text: string };
  readonly elements?: readonly { readonly type: string; readonly text: string }[];
}

export const serverToken = 'b2a5f7e0-token-of-a-server';
const chatPath = '/services/T000/B000/secret-of-the-channel';

export class AlertPlaces {
  readonly mails: Mail[] = [];
  readonly messages: { readonly text: string; readonly blocks: readonly Block[] }[] = [];
  readonly events: { readonly id: string; readonly type: string; readonly data: Record<string, unknown> }[] = [];
  /** Answers of the chat to come, before it takes anything. */
  readonly chatAnswers: [status: number, body: string][] = [];
  key = '';
  #served: Served | null = null;

  async start(): Promise<this> {
    this.#served = await serve((request) => this.#take(request));
    return this;
  }

  async stop(): Promise<void> {
    await this.#served?.close();
  }

  get url(): string {
    return this.#served?.url ?? '';
  }

  get chatUrl(): string {
    return `${this.url}${chatPath}`;
  }

  async #take(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const isJson = request.headers.get('content-type') === 'application/json';
    if (request.method !== 'POST' || !isJson) return new Response('unsupported', { status: 415 });
    const body = await request.text();
    if (pathname === '/email') return this.#mail(request, JSON.parse(body) as Record<string, unknown>);
    if (pathname === chatPath) return this.#post(JSON.parse(body) as { text?: unknown; blocks?: readonly Block[] });
    if (pathname === '/hook') return this.#event(request, body);
    return new Response('no_service', { status: 404 });
  }

  #mail(request: Request, body: Record<string, unknown>): Response {
    const refused = (status: number, ErrorCode: number, Message: string) =>
      Response.json({ ErrorCode, Message }, { status });
    if (request.headers.get('x-postmark-server-token') !== serverToken)
      return refused(401, 10, 'The Server Token you provided is invalid.');
    const { From, To, Subject, TextBody, MessageStream } = body as Record<string, string>;
    if (!From?.includes('alerts@tieout.example'))
      return refused(422, 400, `The 'From' address you supplied (${From}) is not a Sender Signature on your account.`);
    if (!To?.includes('@') || !Subject || !TextBody || MessageStream !== 'outbound')
      return refused(422, 300, 'Invalid email request');
    if (To.startsWith('bounced@'))
      return refused(422, 406, 'You tried to send to a recipient that has been marked as inactive.');
    this.mails.push({ from: From, to: To, subject: Subject, text: TextBody });
    return Response.json({ To, SubmittedAt: '2026-11-28T10:00:00Z', MessageID: 'm-1', ErrorCode: 0, Message: 'OK' });
  }

  #post({ text, blocks = [] }: { text?: unknown; blocks?: readonly Block[] }): Response {
    const [next] = this.chatAnswers.splice(0, 1);
    if (next) return new Response(next[1], { status: next[0] });
    if (typeof text !== 'string' || text === '' || !blocks.every(isBlock) || blocks.length > 50)
      return new Response('invalid_payload', { status: 400 });
    this.messages.push({ text, blocks });
    return new Response('ok');
  }

  #event(request: Request, body: string): Response {
    try {
      new Webhook(this.key).verify(body, Object.fromEntries(request.headers));
    } catch {
      return new Response(null, { status: 401 });
    }
    this.events.push(JSON.parse(body));
    return new Response(null, { status: 204 });
  }
}

function isBlock({ type, text, elements }: Block): boolean {
  if (type === 'header') return text?.type === 'plain_text' && isText(text.text, 150);
  if (type === 'section') return text?.type === 'mrkdwn' && isText(text.text, 3_000);
  return type === 'context' && (elements ?? []).length > 0 && (elements ?? []).every((one) => isText(one.text, 3_000));
}

const isText = (text: string, max: number) => text !== '' && text.length <= max && !/<(?![@#!])/.test(text);
