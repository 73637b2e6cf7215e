// The one row that says how this account is connected. Keys lie in the vendor's secret store; here are their names.
import * as record from 'N/record';
import { select } from './suiteql.ts';

export const settingType = 'customrecord_tieout_setting';
const theOne = 'tieout';

const fields = {
  state: 'custrecord_tieout_se_state',
  hub: 'custrecord_tieout_se_hub',
  installation: 'custrecord_tieout_se_installation',
  hook: 'custrecord_tieout_se_hook',
  key: 'custrecord_tieout_se_key',
  nextKey: 'custrecord_tieout_se_key2',
  proven: 'custrecord_tieout_se_proven',
  problem: 'custrecord_tieout_se_problem',
  pausedUntil: 'custrecord_tieout_se_pause',
  sweptTo: 'custrecord_tieout_se_swept',
} as const;

type Name = keyof typeof fields;

/** Every value a text, '' when empty. `state`: '' until connected, then `connected`, in the end `ended`. */
export type Settings = Readonly<Record<Name, string>> & { readonly id: string };

const names = Object.keys(fields) as Name[];
const columns = names.map((name) => `${fields[name]} AS ${name}`).join(', ');

/** 10 units. Null when the install script has not run. */
export function readSettings(): Settings | null {
  const [row] = select(`SELECT id, ${columns} FROM ${settingType} WHERE externalid = ?`, [theOne]);
  if (row === undefined) return null;
  const values = Object.fromEntries(names.map((name) => [name, row[name.toLowerCase()] ?? ''])) as Record<Name, string>;
  return { ...values, id: row['id'] ?? '' };
}

/** 2 units. */
export function changeSettings(id: string, values: Partial<Record<Name, string>>): void {
  const changed = Object.entries(values).map(([name, value]) => [fields[name as Name], value]);
  record.submitFields({ type: settingType, id, values: Object.fromEntries(changed) });
}

/** 6 units. */
export function createSettings(hub: string): void {
  const row = record.create({ type: settingType });
  row.setValue({ fieldId: 'externalid', value: theOne });
  row.setValue({ fieldId: fields.hub, value: hub });
  row.save();
}
