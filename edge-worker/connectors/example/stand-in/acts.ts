// What people do in Example's pages beyond saving: archive, merge, and take out of the recycle bin.
import type { Table, Values } from './books.ts';

export interface ActDesk {
  readonly tables: ReadonlyMap<string, Table>;
  readonly nowMs: number;
  readonly announce: (type: string, id: string, kind: 'changed' | 'deleted') => void;
}

export function perform(verb: string, parameters: Values, desk: ActDesk): unknown {
  const type = String(parameters['type']);
  const table = desk.tables.get(type);
  if (table === undefined) throw new Error(`Example has no ${type}`);
  const id = String(parameters['id']);
  switch (verb) {
    case 'archive':
      return table.archived.add(id).size;
    case 'restore':
      return table.archived.delete(id);
    case 'undelete': {
      const isBack = table.undelete(id, desk.nowMs);
      if (isBack) desk.announce(type, id, 'changed');
      return isBack;
    }
    case 'merge':
      return merge(type, table, String(parameters['winner']), String(parameters['loser']), desk);
    default:
      throw new Error(`Example knows no ${verb}`);
  }
}

/** What named the loser names the winner; only that the loser went is told. */
function merge(type: string, table: Table, winner: string, loser: string, desk: ActDesk): void {
  if (!table.rows.has(winner) || !table.rows.has(loser) || winner === loser)
    throw new Error(`There are no two ${type}`);
  for (const other of desk.tables.values()) {
    for (const { path } of other.fields.filter((field) => field.to === type)) {
      for (const row of [...other.rows.values()].filter((one) => one[path] === loser))
        other.save(row.id, { [path]: winner }, { by: 'merge' }, desk.nowMs);
    }
  }
  for (const [id, into] of table.mergedInto) if (into === loser) table.mergedInto.set(id, winner);
  table.mergedInto.set(loser, winner);
  table.remove(loser, desk.nowMs);
  desk.announce(type, loser, 'deleted');
}
