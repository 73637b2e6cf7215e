// A mapping for the ledger that says how it spells Germany, and what it notes beside each customer.
import { mappingContent } from '../../edge-worker/flow/mapping.ts';

export const spelled = (germany: string, note: string) =>
  mappingContent.parse({
    maps: {
      erp: {
        customer: {
          fields: { country: { at: 'country', codec: 'text?', direction: 'both', lookup: 'lands' } },
          extra: [{ at: 'note', constant: note, codec: 'text' }],
        },
      },
    },
    lookups: { lands: { [germany]: 'DE' } },
  });
