// A span of days that the ledger keeps open for posting, or has closed. Read only, for controls to look at.
import { z } from 'zod';
import { defineEntity, owned } from './entity.ts';

export const period = defineEntity({
  name: 'period',
  prefix: 'per',
  title: 'Accounting period',
  version: 1,
  schema: z.object({
    name: owned('erp', 'Name', z.string().min(1)),
    startOn: owned('erp', 'First day', z.iso.date()),
    endOn: owned('erp', 'Last day', z.iso.date()),
    isOpen: owned('erp', 'Open for posting', z.boolean()),
    /** False for quarters and years that are made of others, and for periods of adjustments only. */
    isPosting: owned('erp', 'Takes postings', z.boolean()),
    /** Null where the period is the same for all legal entities of the ledger. */
    legalEntity: owned('erp', 'Legal entity', z.string().nullable()),
  }),
  upcast: {},
  bornIn: ['erp'],
  isList: true,
  deletion: { means: 'keep', owner: 'finance' },
  defaults: { isPosting: true },
  matchKeys: [['startOn', 'endOn', 'name']],
  example: {
    name: 'Nov 2026',
    startOn: '2026-11-01',
    endOn: '2026-11-30',
    isOpen: true,
    isPosting: true,
    legalEntity: null,
  },
});
