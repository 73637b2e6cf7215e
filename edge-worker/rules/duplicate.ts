// A second record with the same business key is more often a slip than a wish: a person decides.

import { roles } from '../../shared/entities/entity.ts';
import { namesOf } from './kits/twins.ts';
import { defineRule } from './rule.ts';

export const duplicate = defineRule({
  name: 'duplicate',
  title: 'Possible duplicate',
  kinds: ['customer', 'project', 'contract', 'milestone', 'invoice', 'payment'],
  towards: roles,
  owner: 'integration',
  dueMinutes: 480,
  actions: ['retry', 'approve', 'reject'],
  check: ({ isCreate, twins }) => {
    if (!isCreate || twins.length === 0) return null;
    return { code: 'duplicate', params: { other: namesOf(twins) } };
  },
  examples: [
    {
      title: 'A customer that looks like one the target already has is not created',
      record: {},
      twins: ['con_1|customer|1042'],
      holds: 'duplicate',
    },
    { title: 'A customer that looks like no other is created', record: {}, holds: null },
    {
      title: 'Once it is linked, a look-alike no longer stops its changes',
      record: {},
      isCreate: false,
      twins: ['con_1|customer|1042'],
      holds: null,
    },
    {
      title: 'Several look-alikes are one decision',
      kind: 'project',
      record: {},
      twins: ['con_1|job|1', 'con_1|job|2', 'con_1|job|3', 'con_1|job|4'],
      holds: 'duplicate',
    },
    {
      title: 'Contracts are guarded too',
      kind: 'contract',
      record: {},
      twins: ['con_1|con_01J00000000000000000000001'],
      holds: 'duplicate',
    },
    {
      title: 'A second invoice of the same number is not shown as another one',
      kind: 'invoice',
      record: {},
      towards: 'crm',
      twins: ['crm|tieout__Invoice__c|a01'],
      holds: 'duplicate',
    },
    {
      title: 'A payment that looks like one there already is not recorded twice',
      kind: 'payment',
      record: {},
      towards: 'psa',
      twins: ['psa|external_payments|77'],
      holds: 'duplicate',
    },
  ],
});
