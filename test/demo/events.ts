// What happens in the month beside the daily work: edits in the right and in the wrong system, answers to holds, and
// the systems' bad days.
import { customers, deals } from './cast.ts';
import type { Entry } from './hours.ts';
import type { Field, Step, Subject, System } from './month.ts';

/** What a field shows at the end of the month, in every system named. */
export interface Fact {
  readonly subject: Subject;
  readonly key: string;
  readonly field: Field;
  readonly value: string | number;
  readonly systems: readonly System[];
}

type Timed = readonly [day: number, step: Step];

const edit = (
  day: number,
  system: System,
  subject: Subject,
  key: string,
  field: Field,
  value: string | number,
): Timed => [day, { does: 'edit', system, subject, key, field, value }];

export const edits: readonly Timed[] = [
  // In the system that owns the field: it travels.
  edit(5, 'crm', 'customer', 'harbour', 'phone', '+49 40 555 0199'),
  edit(11, 'psa', 'project', 'redwood-meters', 'endOn', '2027-02-12'),
  edit(16, 'erp', 'customer', 'tamar', 'terms', 'NET45'),
  edit(18, 'crm', 'contract', 'palisade-core', 'purchaseOrder', '4500091899'),
  edit(20, 'psa', 'project', 'hakone-booking', 'name', 'Hakone booking and spa revamp'),
  // Put right at the source: what was held for it goes on by itself.
  edit(13, 'crm', 'contract', 'mesa-intake', 'taxProfile', 'standard'),
  edit(17, 'crm', 'contract', 'bluff-yard', 'purchaseOrder', 'BCF-2026-99'),
  edit(26, 'crm', 'contract', 'copper-safety', 'limitMinor', 400_000),
  // In a system that does not own the field: what the owner says is written again.
  edit(12, 'erp', 'customer', 'bluff', 'phone', '+1 901 555 9999'),
  edit(13, 'erp', 'project', 'brenner-plant', 'name', 'BRENNER (do not use)'),
  edit(19, 'psa', 'customer', 'calder', 'name', 'Calder and Finch'),
];

export const facts: readonly Fact[] = [
  { subject: 'customer', key: 'harbour', field: 'phone', value: '+49 40 555 0199', systems: ['crm', 'psa', 'erp'] },
  { subject: 'project', key: 'redwood-meters', field: 'endOn', value: '2027-02-12', systems: ['psa', 'erp'] },
  { subject: 'customer', key: 'tamar', field: 'terms', value: 'NET45', systems: ['crm', 'erp'] },
  { subject: 'contract', key: 'palisade-core', field: 'purchaseOrder', value: '4500091899', systems: ['crm', 'erp'] },
  {
    subject: 'project',
    key: 'hakone-booking',
    field: 'name',
    value: 'Hakone booking and spa revamp',
    systems: ['psa', 'erp'],
  },
  { subject: 'contract', key: 'mesa-intake', field: 'taxProfile', value: 'standard', systems: ['crm', 'erp'] },
  { subject: 'contract', key: 'bluff-yard', field: 'purchaseOrder', value: 'BCF-2026-99', systems: ['crm', 'erp'] },
  { subject: 'contract', key: 'copper-safety', field: 'limitMinor', value: 400_000, systems: ['crm', 'erp'] },
  { subject: 'customer', key: 'bluff', field: 'phone', value: '+1 901 555 0188', systems: ['crm', 'psa', 'erp'] },
  { subject: 'project', key: 'brenner-plant', field: 'name', value: 'Brenner plant ledger', systems: ['psa', 'erp'] },
  {
    subject: 'customer',
    key: 'calder',
    field: 'name',
    value: 'Calder & Finch Insurance',
    systems: ['crm', 'psa', 'erp'],
  },
];

const misbehave = (day: number, system: System, fault: Extract<Step, { does: 'misbehave' }>['fault']): Timed => [
  day,
  { does: 'misbehave', system, fault },
];

export const mishaps: readonly Timed[] = [
  misbehave(3, 'crm', { how: 'duplicate-notices', times: 4 }),
  misbehave(4, 'psa', { how: 'throttle', times: 3 }),
  misbehave(6, 'crm', { how: 'break', times: 2 }),
  // The answer to a create is lost although it took effect: looked for, never sent blindly again.
  misbehave(9, 'psa', { how: 'commit-then-cut', route: 'POST .*/workspaces', times: 1 }),
  misbehave(10, 'erp', { how: 'commit-then-cut', times: 1 }),
  misbehave(11, 'erp', { how: 'expire-token', times: 1 }),
  misbehave(12, 'psa', { how: 'duplicate-notices', times: 2 }),
  misbehave(13, 'crm', { how: 'expire-token', times: 1 }),
  misbehave(17, 'crm', { how: 'lose-notices', times: 2 }),
  misbehave(18, 'erp', { how: 'throttle', times: 4 }),
  // Lost for good: what it told is found by the round at the end of the week.
  misbehave(19, 'erp', { how: 'lose-notices', times: 1 }),
  // On reads only: a write that meets it stays in doubt for as long as it may still take effect, four minutes.
  misbehave(20, 'psa', { how: 'break', route: '^GET', times: 2 }),
  misbehave(23, 'crm', { how: 'commit-then-cut', times: 1 }),
  // Only where tokens are given out, for the same reason.
  misbehave(25, 'erp', { how: 'html', route: 'token', times: 1 }),
  misbehave(25, 'erp', { how: 'expire-token', times: 1 }),
];

/** Answers to what is held, and what puts held time right at its source. */
export function specialSteps(entries: readonly Entry[]): readonly Timed[] {
  const troubled = (control: string, isMeant: (entry: Entry) => boolean) =>
    entries.filter((entry) => entry.trouble?.control === control && isMeant(entry));
  const keys = (list: readonly Entry[]) => list.map((entry) => entry.key);
  const twinsOf = (person: string, day: number) => {
    const [second] = troubled('duplicate-time', (entry) => entry.person === person && entry.day === day);
    return keys(entries.filter((one) => second && isLike(one, second)));
  };
  const free = (deal: string) => keys(entries.filter((entry) => entry.deal === deal && entry.trouble === null));
  const answer = (
    day: number,
    control: string,
    list: readonly string[],
    [given, reason, by]: readonly ['approve' | 'reject' | 'retry', string, string],
  ): Timed => [day, { does: 'answer', control, entries: list, answer: given, reason, by }];
  const solvedOn = (day: number) => (entry: Entry) => entry.trouble?.solvedOn === day;
  return [
    ...takenBack(entries),
    ...merges(),
    answer(16, 'rate-mismatch', keys(troubled('rate-mismatch', solvedOn(16))), [
      'approve',
      'Weekend rate agreed with the client on 9 November',
      'finance',
    ]),
    ...switches().flatMap(([deal, fromOn]): Timed[] => [
      [fromOn, { does: 'switch-biller', deal, fromOn }],
      [
        fromOn + 1,
        {
          ...{ does: 'answer', control: 'biller-changed', entries: null, answer: 'approve', by: 'finance' },
          reason: 'The customer wants one invoice for everything in the PSA',
        },
      ],
    ]),
    answer(16, 'duplicate-time', twinsOf('ines', 11), ['reject', 'Entered twice by mistake', 'delivery']),
    [18, { does: 'correct', entries: keys(troubled('rate-mismatch', solvedOn(18))) }],
    [19, { does: 'hire', person: 'priya' }],
    [23, { does: 'await-work', sources: free('copper-safety') }],
    answer(23, 'duplicate-time', twinsOf('fiona', 19), ['approve', 'Two workshops of the same length', 'delivery']),
    [24, { does: 'await-work', sources: free('orkney-tickets') }],
  ];
}

/** Approvals that are revoked and hours that are deleted once the ledger has them; those of an invoice come with it. */
function takenBack(entries: readonly Entry[]): readonly Timed[] {
  return entries.flatMap(({ key, deal, day, fate }): Timed[] => {
    if (!fate) return [];
    if (fate.isInvoiced) return [[day, { does: 'relax', deal }]];
    const does = fate.how === 'deleted' ? 'delete' : 'revoke';
    return [
      [fate.on, { does: 'await-work', sources: [key] }],
      [fate.on, { does, entries: [key] }],
    ];
  });
}

/** Where both have a record the admin says which goes on, in the PSA and in the ledger. */
function merges(): readonly Timed[] {
  return customers.flatMap(({ key, mergedInto }): Timed[] => {
    if (!mergedInto) return [];
    const asked = { does: 'answer', control: 'two-records', entries: null, holds: 2, answer: 'this-one' } as const;
    return [
      [mergedInto.on, { does: 'merge', winner: mergedInto.key, loser: key }],
      [mergedInto.on + 1, { ...asked, reason: '', by: 'admin' }],
    ];
  });
}

const switches = () =>
  deals.flatMap(({ key, psaBills }) => (psaBills?.fromOn == null ? [] : [[key, psaBills.fromOn] as const]));

/** What a person would call the same entry. */
export function isLike(one: Entry, other: Entry): boolean {
  const { deal, person, day, minutes, role, note } = other;
  return (
    one.deal === deal &&
    one.person === person &&
    one.day === day &&
    one.minutes === minutes &&
    one.role === role &&
    one.note === note
  );
}
