// One row of a draft, edited: which field of theirs, how the value goes over, which way, and whose it is.

import { Link, useNavigate, useParams } from 'react-router';
import { codecTitle } from '../../../../shared/codec-words.ts';
import { Answer, useMe } from '../../asking.tsx';
import { Button, Choice } from '../../parts/controls.tsx';
import { Empty } from '../../parts/states.tsx';
import { ExtraForm } from './extra.tsx';
import { PickField } from './pick.tsx';
import { FormTrouble, useForm } from './saving.tsx';
import {
  briefly,
  directions,
  type Full,
  type Ground,
  type Kind,
  type Mode,
  type OurField,
  ownerIn,
  placeOf,
  type Role,
  type Row,
  roleTitles,
  rowPlaceOf,
  type ShippedMap,
  type Sides,
  standingOf,
  useGround,
  useSides,
  withOwner,
  withRow,
} from './sides.ts';

export default function RowPage({ draft }: { readonly draft: Full }) {
  const { connection = '', kind = '', row = '' } = useParams();
  const ground = useGround();
  const sides = useSides(connection, kind as Kind);
  return (
    <div className="stack">
      <p>
        <Link to={`${placeOf(draft)}/rows?${new URLSearchParams({ of: connection, kind })}`}>
          All rows of this record
        </Link>
      </p>
      <Answer what="our fields" answer={ground}>
        {(found) => (
          <Answer what="the fields of the system" answer={sides}>
            {(two) => <Form key={row} {...{ draft, connection, kind: kind as Kind, row, ground: found, sides: two }} />}
          </Answer>
        )}
      </Answer>
    </div>
  );
}

interface FormProps {
  readonly draft: Full;
  readonly connection: string;
  readonly kind: Kind;
  readonly row: string;
  readonly ground: Ground;
  readonly sides: Sides;
}

function Form({ draft, connection, kind, row, ground, sides }: FormProps) {
  const { operations } = useMe();
  const navigate = useNavigate();
  const isOpen = draft.state === 'draft' && operations.includes('editDraft');
  const wired = ground.connections.find((one) => one.connection === connection);
  const map = wired?.maps.find((one) => one.kind === kind);
  const ours = ground.kinds.find((one) => one.kind === kind)?.fields.find(({ field }) => field === row);
  const back = () => navigate(`${placeOf(draft)}/rows?${new URLSearchParams({ of: connection, kind })}`);
  if (!wired || !map) return <Empty title="There is no such row">Go back to the rows and choose another.</Empty>;
  if (row.startsWith('='))
    return (
      <ExtraForm {...{ draft, connection, kind, sides, back, isOpen }} title={wired.title} at={Number(row.slice(1))} />
    );
  if (!ours) return <Empty title="There is no such row">Go back to the rows and choose another.</Empty>;
  return <FieldForm {...{ draft, connection, map, ours, sides, back, isOpen }} title={wired.title} />;
}

interface FieldProps {
  readonly draft: Full;
  readonly connection: string;
  readonly map: ShippedMap;
  readonly ours: OurField;
  readonly sides: Sides;
  readonly title: string;
  readonly isOpen: boolean;
  readonly back: () => void;
}

/** What is chosen for the field. */
interface Written {
  readonly mode: Mode;
  readonly row: Row;
  readonly owner: Role;
}

const noTable = ' none';

function FieldForm({ draft, connection, map, ours, sides, title, isOpen, back }: FieldProps) {
  const blank: Row = { at: '', codec: sides.codecs[ours.field]?.[0] ?? '', direction: 'both' };
  const savedIn = (saved: Full['content']): Written => {
    const { mode, row } = standingOf(saved, connection, map, ours);
    return { mode, row: row ?? map.fields[ours.field] ?? blank, owner: ownerIn(saved, map.kind, ours) };
  };
  const place = [rowPlaceOf(draft, connection, map.kind, ours.field), `${ours.title} (${connection})`] as const;
  const form = useForm(draft, place, savedIn, back);
  const { saving, writing, leave } = form;
  const { content } = saving.opened;
  const { mode, row, owner } = writing.value;
  const set = (change: Partial<Written>) => writing.set({ ...writing.value, ...change });
  const kept = { shipped: undefined, none: undefined, off: null, own: row }[mode];
  const problemAt = (part: string) =>
    saving.problems.find(({ field }) => field.endsWith(`.${ours.field}.${part}`))?.problem;
  const save = () => {
    const rows = withRow(content, [connection, map.kind, ours.field], kept);
    form.save(withOwner(rows, map.kind, ours, owner));
  };
  return (
    <section className="stack mappings-form" aria-label={ours.title}>
      <h2>
        {ours.title} <span className="quiet">and {title}</span>
      </h2>
      <p className="quiet">{aboutOurs(ours)}</p>
      <Choice
        label="This field is"
        options={modesOf(map, ours)}
        chosen={mode}
        onChoose={(chosen) => set({ mode: chosen })}
        isDisabled={!isOpen}
      />
      {mode === 'shipped' && <Shipped row={row} sides={sides} />}
      {mode === 'own' && (
        <OwnRow
          {...{ ours, sides, title, row, problemAt, isOpen }}
          setRow={(changed) => set({ row: changed })}
          tables={Object.keys(content.lookups)}
        />
      )}
      <Choice
        label="Owned by"
        options={(['crm', 'psa', 'erp', 'billing'] as const).map((id) => ({
          id,
          label: roleTitles[id],
          hint: id === ours.owner ? 'as it comes with Tieout' : undefined,
        }))}
        chosen={owner}
        onChoose={(role) => set({ owner: role })}
        isDisabled={!isOpen}
      />
      <FormTrouble form={form} draft={draft} />
      {isOpen && (
        <div className="row">
          <Button look="main" isDisabled={saving.isPending || (mode === 'own' && row.at === '')} onPress={save}>
            Save the row
          </Button>
          <Button look="quiet" onPress={leave}>
            Cancel
          </Button>
        </div>
      )}
    </section>
  );
}

interface OwnProps extends Pick<FieldProps, 'ours' | 'sides' | 'title' | 'isOpen'> {
  readonly row: Row;
  readonly setRow: (row: Row) => void;
  readonly tables: readonly string[];
  readonly problemAt: (part: string) => string | undefined;
}

function OwnRow({ ours, sides, title, row, setRow, tables, problemAt, isOpen }: OwnProps) {
  const set = (change: Partial<Row>) => setRow({ ...row, ...change });
  const { lookup, ...plain } = row;
  return (
    <>
      <PickField
        label={`Field in ${title}`}
        fields={sides.theirs}
        path={row.at}
        onChange={(at) => set({ at })}
        problem={problemAt('at')}
        isDisabled={!isOpen}
      />
      <Choice
        label="Written as"
        options={(sides.codecs[ours.field] ?? []).map((id) => ({ id, label: codecTitle(id) }))}
        chosen={row.codec}
        onChoose={(codec) => set({ codec })}
        isDisabled={!isOpen}
      />
      <Choice
        label="Direction"
        options={(['both', 'in', 'out'] as const).map((id) => ({ id, label: directions[id] }))}
        chosen={row.direction}
        onChoose={(direction) => set({ direction })}
        isDisabled={!isOpen}
      />
      {(ours.type === 'text' || ours.type === 'choice') && (
        <Choice
          label="Translated by the table"
          options={[noTable, ...tables].map((id) => ({ id, label: id === noTable ? 'None' : id }))}
          chosen={lookup ?? noTable}
          onChoose={(id) => setRow(id === noTable ? plain : { ...plain, lookup: id })}
          isDisabled={!isOpen}
        />
      )}
    </>
  );
}

function aboutOurs({ type, isRequired, choices, refersTo }: OurField): string {
  const kind = refersTo === null ? type : `the ${refersTo} it belongs to`;
  const values = choices === null ? '' : `: ${choices.join(', ')}`;
  return `Ours is ${kind}${values}${isRequired ? '; it is never empty' : '; it may be empty'}.`;
}

function modesOf({ fields }: ShippedMap, { field }: OurField) {
  const own = { id: 'own', label: 'Carried as said here' } as const;
  if (!fields[field]) return [{ id: 'none', label: 'Not carried' } as const, own];
  return [
    { id: 'shipped', label: 'Carried as it comes with Tieout' } as const,
    own,
    { id: 'off', label: 'Not carried' } as const,
  ];
}

function Shipped({ row: { at, codec, direction }, sides }: { readonly row: Row; readonly sides: Sides }) {
  const there = sides.theirs.find(({ path }) => path === at);
  return (
    <p>
      {directions[direction]}: {there?.label ?? at} (<code>{at}</code>), {codecTitle(codec).toLowerCase()}
      {there && <>, here {briefly(there.sample)}</>}.
    </p>
  );
}
