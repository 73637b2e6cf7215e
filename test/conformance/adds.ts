// What a connector promises of rows that an admin adds to its maps: it reads them, though its own maps know nothing of
// them.
import { expect } from 'vitest';
import { readPath } from '../../edge-worker/connectors/codecs.ts';
import type { EntityName } from '../../shared/entities/_registry.ts';
import { type Fields, kindsOf, rowsOf } from '../support/wire.ts';
import { promisesOf } from './promise.ts';
import type { Suite, World } from './world.ts';

interface Added {
  readonly path: string;
  readonly values: Fields;
}

const addedText = 'As agreed on the phone';

export function adds(suite: Suite): void {
  promisesOf(suite)('reads fields that only the mapping of the installation names', async (world) => {
    let kinds = 0;
    for (const kind of kindsOf(world.connector)) if (await readsAddedField(world, kind)) kinds++;
    expect(kinds, 'kinds with a text beyond the map').toBeGreaterThan(0);
  });
}

/** False where every text that the system describes is in its maps already. */
async function readsAddedField(world: World, kind: EntityName): Promise<boolean> {
  const { recordType } = world.map(kind);
  const own = kindsOf(world.connector)
    .map((one) => world.map(one))
    .filter((map) => map.recordType === recordType)
    .flatMap((map) => [...rowsOf(map, 'both', 'in', 'out').map(([, row]) => row), ...(map.extra ?? [])])
    .map((row) => row.at);
  const added = await addedField(world, kind, own);
  if (added === null) return false;
  const { recordId } = await world.make(kind);
  world.standIn.update(recordType, recordId, added.values);
  const session = world.connector.connect({ ...world.options, paths: { [recordType]: [...own, added.path] } });
  const [read] = await session.read([{ recordType, recordId }]);
  if (read?.found !== 'here') return expect.fail(`the ${kind} is ${read?.found}`);
  expect(readPath(read.snapshot.wire, added.path), `${kind}: ${added.path}`).toBe(addedText);
  return true;
}

/** One that conformance.json names, else any text that the system describes and no map names. */
async function addedField(world: World, kind: EntityName, own: readonly string[]): Promise<Added | null> {
  const noted = world.notes.added[kind];
  if (noted !== undefined) return { path: noted.path, values: await world.typed(noted.values, addedText) };
  const schema = await world.session.describe(world.map(kind).recordType);
  const isMapped = (path: string) =>
    own.some((one) => one === path || path.startsWith(`${one}.`) || one.startsWith(`${path}.`));
  const free = schema.find(
    ({ path, type, choices, lengthMax, isWritable }) =>
      type === 'text' &&
      choices === null &&
      isWritable &&
      (lengthMax ?? addedText.length) >= addedText.length &&
      !isMapped(path),
  );
  if (free === undefined) return null;
  return { path: free.path, values: { [free.path.split('.').at(-1) ?? '']: addedText } };
}
