// The rows of a draft for one record of one system: our field, theirs, how the value goes over, who owns it.

import { useNavigate, useSearchParams } from 'react-router';
import { codecTitle } from '../../../../shared/codec-words.ts';
import { Answer } from '../../asking.tsx';
import { Button, Choice } from '../../parts/controls.tsx';
import { Grid } from '../../parts/grid.tsx';
import { Badge, Empty, Note, type Tone } from '../../parts/states.tsx';
import { unfilled } from './filled.ts';
import {
  briefly,
  directions,
  extrasOf,
  type Full,
  type Ground,
  type Mode,
  ownerIn,
  roleTitles,
  rowPlaceOf,
  type ShippedMap,
  type Sides,
  type Standing,
  standingOf,
  type TheirField,
  useGround,
  useSides,
} from './sides.ts';

export default function Rows({ draft }: { readonly draft: Full }) {
  const ground = useGround();
  return (
    <Answer what="the connections" answer={ground}>
      {(found) => <Chosen draft={draft} ground={found} />}
    </Answer>
  );
}

function Chosen({ draft, ground }: { readonly draft: Full; readonly ground: Ground }) {
  const [asked, ask] = useSearchParams();
  const connection = ground.connections.find((one) => one.connection === asked.get('of')) ?? ground.connections[0];
  const map = connection?.maps.find(({ kind }) => kind === asked.get('kind')) ?? connection?.maps[0];
  if (!connection || !map)
    return <Empty title="Nothing is connected yet">Rows appear here once a system is connected.</Empty>;
  const titleOf = (kind: string) => ground.kinds.find((one) => one.kind === kind)?.title ?? kind;
  return (
    <section className="stack-close" aria-label="Rows">
      <div className="mappings-choices">
        <Choice
          label="System"
          options={ground.connections.map((one) => ({ id: one.connection, label: `${one.title} (${one.connection})` }))}
          chosen={connection.connection}
          onChoose={(of) => ask({ of, kind: map.kind }, { replace: true })}
        />
        <Choice
          label="Record"
          options={connection.maps.map(({ kind, recordType }) => ({
            id: kind,
            label: titleOf(kind),
            hint: recordType,
          }))}
          chosen={map.kind}
          onChoose={(kind) => ask({ of: connection.connection, kind }, { replace: true })}
        />
      </div>
      <Table draft={draft} ground={ground} connection={connection.connection} map={map} />
    </section>
  );
}

interface TableProps {
  readonly draft: Full;
  readonly ground: Ground;
  readonly connection: string;
  readonly map: ShippedMap;
}

function Table(props: TableProps) {
  const sides = useSides(props.connection, props.map.kind);
  return (
    <Answer what="the fields of the system" answer={sides}>
      {(found) => <Lines {...props} sides={found} />}
    </Answer>
  );
}

const modes: Readonly<Record<Mode, readonly [Tone, string]>> = {
  shipped: ['neutral', 'As it comes'],
  own: ['notice', 'Your own'],
  off: ['warning', 'Switched off'],
  none: ['neutral', 'Not carried'],
};

function Lines({ draft, ground, connection, map, sides }: TableProps & { readonly sides: Sides }) {
  const navigate = useNavigate();
  const { content } = draft;
  const ours = ground.kinds.find(({ kind }) => kind === map.kind)?.fields ?? [];
  const standings = ours.map((field) => standingOf(content, connection, map, field));
  const there = new Map(sides.theirs.map((field) => [field.path, field]));
  const extras = [...map.extra, ...extrasOf(content, connection, map.kind)];
  const lacking = unfilled(sides.theirs, [...standings.map(({ row }) => row), ...extras]);
  const open = (row: string) => navigate(rowPlaceOf(draft, connection, map.kind, row));
  return (
    <div className="stack-close">
      {sides.problem !== null && <Note tone="warning">The fields of the system are not shown: {sides.problem}</Note>}
      {map.canWrite && lacking.length > 0 && (
        <Note tone="warning">
          No row fills what must not be empty there: {lacking.map(({ label }) => label).join(', ')}. New records are
          refused without it.
        </Note>
      )}
      {sides.sampleOf !== null && <p className="quiet">The values are those of the record {sides.sampleOf}.</p>}
      <Grid
        label="Rows"
        heightPx={8000}
        lines={standings}
        idOf={({ ours: { field } }) => field}
        onOpen={({ ours: { field } }) => open(field)}
        empty={null}
        columns={[
          {
            ...{ id: 'ours', title: 'Our field', isName: true, width: '2fr', minWidth: 150 },
            show: ({ ours: one }) => one.title,
          },
          {
            ...{ id: 'theirs', title: 'Their field', width: '3fr', minWidth: 170 },
            show: ({ row }) => (row ? (there.get(row.at)?.label ?? row.at) : '—'),
          },
          {
            ...{ id: 'value', title: 'A real value', width: '2fr', minWidth: 130 },
            show: ({ row }) => briefly(row && there.get(row.at)?.sample),
          },
          { id: 'how', title: 'How', width: '2fr', minWidth: 150, show: ({ row }) => howOf(row) },
          {
            id: 'owner',
            title: 'Owner',
            minWidth: 80,
            show: ({ ours: one }) => roleTitles[ownerIn(content, map.kind, one)],
          },
          {
            ...{ id: 'mode', title: 'State', minWidth: 120 },
            show: ({ mode }) => <Badge tone={modes[mode][0]}>{modes[mode][1]}</Badge>,
          },
        ]}
      />
      <Extras {...{ draft, connection, map, open, there }} />
    </div>
  );
}

function howOf(row: Standing['row']): string {
  if (!row) return '—';
  return row.lookup ? `${directions[row.direction]}, by ${row.lookup}` : directions[row.direction];
}

interface ExtrasProps {
  readonly draft: Full;
  readonly connection: string;
  readonly map: ShippedMap;
  readonly open: (row: string) => void;
  readonly there: ReadonlyMap<string, TheirField>;
}

/** What only the system has: filled by a constant or a formula, never read back. */
function Extras({ draft, connection, map, open, there }: ExtrasProps) {
  const own = extrasOf(draft.content, connection, map.kind).map(({ at, codec, constant, formula }, index) => ({
    ...{ id: `=${index}`, at, codec, isOwn: true },
    says: formula ?? briefly(constant),
  }));
  const shipped = map.extra.map((row, index) => ({ ...row, id: `shipped ${index}`, isOwn: false }));
  if (!map.canWrite) return null;
  return (
    <>
      <div className="row-apart">
        <h2>Fields that only the system has</h2>
        {draft.state === 'draft' && <Button onPress={() => open(`=${own.length}`)}>Fill another field</Button>}
      </div>
      <Grid
        label="Fields that only the system has"
        lines={[...shipped, ...own]}
        idOf={({ id }) => id}
        onOpen={({ id, isOwn }) => isOwn && open(id)}
        empty={<p className="quiet">None is filled. A constant or a formula can fill one.</p>}
        columns={[
          {
            ...{ id: 'at', title: 'Their field', isName: true, width: '2fr', minWidth: 150 },
            show: ({ at }) => there.get(at)?.label ?? at,
          },
          { id: 'says', title: 'Filled with', width: '3fr', minWidth: 180, show: ({ says }) => <code>{says}</code> },
          { id: 'codec', title: 'Written as', minWidth: 110, show: ({ codec }) => codecTitle(codec) },
          {
            ...{ id: 'mode', title: 'State', minWidth: 110 },
            show: ({ isOwn }) => (
              <Badge tone={isOwn ? 'notice' : 'neutral'}>{isOwn ? 'Your own' : 'As it comes'}</Badge>
            ),
          },
        ]}
      />
    </>
  );
}
