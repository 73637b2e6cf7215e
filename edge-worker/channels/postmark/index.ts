// E-mail, handed to Postmark's HTTP API: a Worker has no SMTP. One message per call, on a stream for transactions.
import { z } from 'zod';
import { alertHeadline, alertLines } from '../../../shared/alert-words.ts';
import { defineChannel } from '../channel.ts';

const account = z.object({
  /** A sender or a domain that is confirmed there; may carry a name: `Tieout <alerts@…>`. */
  from: z.string(),
  serverToken: z.string(),
  stream: z.string().default('outbound'),
  server: z.url().default('https://api.postmarkapp.com'),
});

/** Longer subjects are refused. */
const subjectMax = 2_000;

export const postmark = defineChannel({
  name: 'mail',
  title: 'E-mail',
  place: {
    title: 'Address',
    hint: 'One address; a list such as billing@… reaches several people.',
    schema: z.email().max(254),
  },
  isAddress: false,
  isSigned: false,
  account,
  show: (place) => place,
  compose: (note, { place, account: { from, serverToken, stream, server } }) => {
    const { text, facts, next } = alertLines(note);
    const body = {
      ...{ From: from, To: place, Subject: alertHeadline(note).slice(0, subjectMax), MessageStream: stream },
      TextBody: [text, ...(next === '' ? [] : [`Next: ${next}`]), facts].join('\n\n'),
      Tag: `alert-${note.kind}`,
      // One alert and what ends it are one thread, and a message that is sent twice can be told to be the same.
      Headers: [{ Name: 'X-Tieout-Alert', Value: note.id }],
    };
    return {
      url: `${server.replace(/\/$/, '')}/email`,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'x-postmark-server-token': serverToken,
      },
      body: JSON.stringify(body),
    };
  },
});
