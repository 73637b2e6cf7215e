// A sales order keeps its rate card and its billing schedule in one list of lines. Here they are told apart by a column
// of our package that only instalments fill, and put together again.
import type { Canonical } from '../../../shared/entities/_registry.ts';
import { type Codec, codec, dayOrNull, moneyBeside, refuse, text } from '../codecs.ts';
import { isValues, type Values } from './records.ts';

type Instalment = Canonical<'contract'>['billingSchedule'][number];

const nameAt = 'custcol_tieout_instalment';
const dueAt = 'custcol_tieout_due';
const amount = moneyBeside('values.currency');

/** UNVERIFIED: the price level that lets a line carry a rate of its own. */
export const customPriceLevel = '-1';

const isInstalment = (line: unknown) => isValues(line) && (line[nameAt] ?? null) !== null;
const listIn = (sublists: Values, name: string): readonly unknown[] => {
  const list = sublists[name];
  return Array.isArray(list) ? list : [];
};

/** As the account has them -> as our maps name them. */
export function apart(recordType: string, sublists: Values): Values {
  if (recordType !== 'salesorder') return sublists;
  const lines = listIn(sublists, 'item');
  const schedule = lines.filter(isInstalment);
  return { ...sublists, item: lines.filter((line) => !isInstalment(line)), schedule };
}

/** As our maps name them -> as the account has them. */
export function together(recordType: string, sublists: Values): Values {
  if (recordType !== 'salesorder' || sublists['schedule'] === undefined) return sublists;
  const { schedule: _schedule, ...others } = sublists;
  return { ...others, item: [...listIn(sublists, 'item'), ...listIn(sublists, 'schedule')] };
}

export const scheduleLines: Codec<Instalment[]> = codec<Instalment[]>(
  'schedule-lines',
  (wire, record) => {
    if (!Array.isArray(wire) || !wire.every(isValues)) return refuse('schedule-lines', wire);
    return wire.map((line) => ({
      name: text.decode(line[nameAt], line),
      dueOn: dayOrNull.decode(line[dueAt], line),
      amount: amount.decode(line['rate'], record),
    }));
  },
  (lines) =>
    lines.map((line) => ({
      [nameAt]: line.name,
      [dueAt]: line.dueOn,
      // Which service an instalment sells is the settings' to say, as for work of no role in particular.
      custcol_tieout_role: null,
      description: line.name,
      quantity: '1',
      price: customPriceLevel,
      rate: amount.encode(line.amount),
    })),
);
