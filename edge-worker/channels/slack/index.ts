// Slack, and whatever takes its incoming webhooks: one message of blocks, with a plain text for notifications.
import { z } from 'zod';
import { alertHeadline, alertLines } from '../../../shared/alert-words.ts';
import { defineChannel } from '../channel.ts';

/** A section holds 3,000 characters, a header 150; what is longer is refused as a whole. */
const sectionMax = 3_000;
const headerMax = 150;

export const slack = defineChannel({
  name: 'slack',
  title: 'Slack',
  place: {
    title: 'Webhook URL',
    hint: 'Made in Slack under Incoming Webhooks, for one channel. It is kept secret.',
    schema: z.url().max(2_000),
  },
  isAddress: true,
  isSigned: false,
  account: null,
  show: (place) => `${new URL(place).host}/…`,
  compose: (note, { place }) => {
    const headline = alertHeadline(note);
    const { text, facts, next } = alertLines(note);
    const section = (said: string) => ({
      type: 'section',
      text: { type: 'mrkdwn', text: cut(escaped(said), sectionMax) },
    });
    const blocks = [
      { type: 'header', text: { type: 'plain_text', text: cut(headline, headerMax) } },
      section(text),
      ...(next === '' ? [] : [section(`Next: ${next}`)]),
      // An empty text is refused.
      ...(facts === ''
        ? []
        : [{ type: 'context', elements: [{ type: 'mrkdwn', text: cut(escaped(facts), sectionMax) }] }]),
    ];
    return {
      url: place,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: escaped(headline), blocks }),
    };
  },
});

/** Three characters mean something there; what else people wrote is shown as it is. */
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}
