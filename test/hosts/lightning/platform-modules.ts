// The modules that the platform gives to components, as text: each works through the org's own API, over the network.

/** Calls the REST API as the user who has the page open; a refusal is thrown in the shape the platform throws it in. */
const calls = `
  const base = '/services/data/v66.0';
  export async function call(method, path, body) {
    let response;
    try {
      const content = body === undefined ? {} : { body: JSON.stringify(body) };
      response = await fetch(base + path, { method, headers: { 'content-type': 'application/json' }, ...content });
    } catch {
      throw { status: 0, body: { message: 'The server could not be reached' } };
    }
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json');
    const answer = isJson && text !== '' ? JSON.parse(text) : null;
    if (response.ok) return answer;
    const [first] = Array.isArray(answer) ? answer : [answer];
    const message = first?.message ?? response.status + ' ' + response.statusText;
    throw { status: response.status, body: { ...first, message } };
  }
  /** What the platform hands out may not be changed. */
  export const frozen = (value) => {
    if (value !== null && typeof value === 'object') Object.values(value).forEach(frozen);
    return Object.freeze(value);
  };`;

const graphql = `
  import { call, frozen } from 'tieout-page/calls';
  export const gql = (parts, ...values) => {
    if (values.length > 0) throw new Error('a query takes no other text in');
    return parts.join('');
  };
  export class graphql {
    constructor(emit) { this.emit = emit; }
    connect() { this.isOn = true; if (this.config) this.load(); }
    disconnect() { this.isOn = false; }
    update(config) {
      const known = ['query', 'variables', 'operationName'];
      const strange = Object.keys(config).filter((key) => !known.includes(key));
      if (strange.length > 0) throw new Error('the graphql wire does not know ' + strange.join());
      if (config.query === undefined || config.variables === undefined) return;
      this.config = config;
      if (this.isOn) this.load();
    }
    async load() {
      let answer;
      try {
        answer = await call('POST', '/graphql', this.config);
      } catch (error) {
        answer = { data: undefined, errors: [error] };
      }
      if (!this.isOn) return;
      const errors = answer.errors?.length > 0 ? answer.errors : undefined;
      this.emit(frozen({ data: answer.data ?? undefined, errors, refresh: () => this.load() }));
    }
  }`;

const uiRecordApi = `
  import { call, frozen } from 'tieout-page/calls';
  export const createRecord = async (input) => frozen(await call('POST', '/ui-api/records', input));
  export const updateRecord = async ({ fields: { Id, ...fields } }) =>
    frozen(await call('PATCH', '/ui-api/records/' + Id, { fields }));
  export const deleteRecord = async (id) => void (await call('DELETE', '/ui-api/records/' + id));`;

/** Bayeux over long polling, one connection for the whole page. */
const empApi = `
  const send = async (message) => {
    const response = await fetch('/cometd/66.0', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([message]),
    });
    if (!response.ok) throw new Error('events: ' + response.status);
    return await response.json();
  };
  const listeners = new Map();
  let client = null;
  const handshake = () => {
    client ??= send({ channel: '/meta/handshake', version: '1.0', supportedConnectionTypes: ['long-polling'] })
      .then(([answer]) => answer.clientId);
    return client;
  };
  let isPolling = false;
  const poll = async () => {
    if (isPolling) return;
    isPolling = true;
    while (listeners.size > 0) {
      try {
        const clientId = await handshake();
        const messages = await send({ channel: '/meta/connect', clientId, connectionType: 'long-polling' });
        for (const { channel, data } of messages) {
          for (const one of listeners.values()) if (one.channel === channel) one.tell({ channel, data });
        }
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 2_000));
      }
    }
    isPolling = false;
  };
  let count = 0;
  export const isEmpEnabled = async () => window.org.hasEvents !== false;
  export const subscribe = async (channel, replayId, tell) => {
    const clientId = await handshake();
    const ext = { replay: replayId };
    const [answer] = await send({ channel: '/meta/subscribe', clientId, subscription: channel, ext });
    if (!answer.successful) throw { error: answer.error, subscription: channel };
    const subscription = { id: ++count, channel, replayId };
    listeners.set(subscription.id, { channel, tell });
    poll();
    return subscription;
  };
  export const unsubscribe = async (subscription, done) => {
    listeners.delete(subscription.id);
    const clientId = await handshake();
    const answers = await send({ channel: '/meta/unsubscribe', clientId, subscription: subscription.channel });
    done?.(answers[0]);
  };
  export const onError = () => {};`;

const toastEvent = `
  export class ShowToastEvent extends CustomEvent {
    constructor(detail) { super('lightning__showtoast', { detail, bubbles: true, composed: true, cancelable: true }); }
  }`;

/** Our own components see these and no others. */
export const platformModules: ReadonlyMap<string, string> = new Map([
  ['tieout-page/calls', calls],
  ['lightning/graphql', graphql],
  ['lightning/uiRecordApi', uiRecordApi],
  ['lightning/empApi', empApi],
  ['lightning/platformShowToastEvent', toastEvent],
]);
