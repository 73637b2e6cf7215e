// Any server of the customer's: the event alert.raised or alert.recovered, signed by the Standard Webhooks scheme.
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { instantText } from '../../../shared/dates.ts';
import { defineChannel } from '../channel.ts';

export const webhook = defineChannel({
  name: 'webhook',
  title: 'Webhook',
  place: {
    title: 'Address',
    hint: 'An https address that the Internet can reach. Calls are signed with the key that you are shown once.',
    schema: z.url().max(2_000),
  },
  isAddress: true,
  isSigned: true,
  account: null,
  show: (place) => `${new URL(place).host}/…`,
  compose: ({ id, kind, atMs, installation, alert }, { place, key, nowMs }) => {
    const type = kind === 'test' ? 'tieout.test' : `alert.${kind}`;
    const head = { id, type, version: 1, timestamp: instantText(atMs), installation: installation.id };
    const body = JSON.stringify({ ...head, data: { alert } });
    return {
      url: place,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(nowMs / 1000)),
        'webhook-signature': new Webhook(key).sign(id, new Date(nowMs), body),
      },
      body,
    };
  },
});
