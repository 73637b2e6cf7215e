// Access through our SuiteApp: every question is one call of its RESTlet. Throws `Fault` and nothing else.
import type { z } from 'zod';
import { Fault } from '../../faults.ts';
import type { Access, Answer, IfCut } from './access.ts';
import { faultOf, isPage } from './refusals.ts';
import { addressesOf } from './settings.ts';
import { callWithToken, type Options, type Reached } from './token.ts';

const protocolVersion = 1;

export function openRestlet(options: Options): Access {
  const { restlet } = addressesOf(options.settings);
  return {
    call: async (question, shape, ifCut) => {
      const body = JSON.stringify({ v: protocolVersion, ...question });
      const make = (bearer: string) =>
        new Request(restlet, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${bearer}`,
            'content-type': 'application/json',
            accept: 'application/json',
          },
          body,
        });
      return understand(await callWithToken(options, 'restlets', make, ifCut), shape, ifCut);
    },
  };
}

function understand<Shape extends z.ZodType>(reached: Reached, shape: Shape, ifCut: IfCut): Answer<z.infer<Shape>> {
  if (reached.status !== 200) throw faultOf({ ...reached, ifCut });
  if (isPage(reached)) throw new Fault(ifCut, 'NetSuite answered with a web page instead of JSON');
  const parsed = shape.safeParse(parseJson(reached.text));
  if (!parsed.success) {
    // A write whose answer cannot be read may well have been done.
    const code = ifCut === 'uncertain' ? 'uncertain' : 'unreadable';
    throw new Fault(code, 'the answer of the Tieout RESTlet was not understood', { cause: parsed.error });
  }
  return { body: parsed.data, requestId: reached.headers.get('x-n-operationid') };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
