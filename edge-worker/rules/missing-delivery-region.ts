// A sale says from where it is delivered, before there is a project that nobody staffs.
import { defineRule } from './rule.ts';

export const missingDeliveryRegion = defineRule({
  name: 'missing-delivery-region',
  title: 'Delivery region is missing',
  kinds: ['contract'],
  towards: ['erp'],
  owner: 'delivery',
  dueMinutes: 480,
  actions: ['retry', 'approve', 'reject'],
  keepsBack: 'project',
  check: ({ record, isCreate }) =>
    isCreate && !record.deliveryRegion ? { code: 'missing-delivery-region', params: { contract: record.name } } : null,
  examples: [
    { title: 'A sale without a region is held', record: { deliveryRegion: null }, holds: 'missing-delivery-region' },
    { title: 'An empty one is none', record: { deliveryRegion: '' }, holds: 'missing-delivery-region' },
    { title: 'A sale with its region passes', record: {}, holds: null },
    {
      title: 'A contract that is there already goes on',
      record: { deliveryRegion: null },
      isCreate: false,
      holds: null,
    },
  ],
});
