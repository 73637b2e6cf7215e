// One real record under a draft: what its system says, what we make of it, what each other system would be given.
import { useState } from 'react';
import { Answer, troubleOf, useAnswer, useChange } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Button, Choice, Field } from '../../parts/controls.tsx';
import { wordsFrom } from '../../parts/people.ts';
import { Badge, Empty, Loading, Note, TroubleNote } from '../../parts/states.tsx';
import { Tick } from '../../parts/ticks.tsx';
import { Value, Values } from '../../parts/values.tsx';
import { type Full, type Ground, type Kind, useGround, useSides } from './sides.ts';

export default function Preview({ draft }: { readonly draft: Full }) {
  const [text, setText] = useState('');
  const [asked, ask] = useState('');
  const [entity, choose] = useState<string | null>(null);
  if (draft.state !== 'draft' && draft.state !== 'submitted')
    return <Empty title="This draft has ended">A record is previewed under a draft that is still on its way.</Empty>;
  return (
    <section className="stack" aria-label="Preview">
      <form
        className="mappings-form row"
        onSubmit={(event) => {
          event.preventDefault();
          choose(null);
          ask(text.trim());
        }}
      >
        <Field label="Number, name or id in any system" type="search" value={text} onChange={setText} />
        <Button type="submit" isDisabled={text.trim().length < 2}>
          Find
        </Button>
      </form>
      {asked !== '' && entity === null && <Found text={asked} onChoose={choose} />}
      {entity !== null && <Places key={entity} draft={draft} entity={entity} />}
    </section>
  );
}

function Found({ text, onChoose }: { readonly text: string; readonly onChoose: (entity: string) => void }) {
  const found = useAnswer(['records', 'find', text], ({ api, installation }) =>
    api.GET('/installations/{installation}/records', { params: { path: { installation }, query: { text } } }),
  );
  return (
    <Answer what="the records" answer={found}>
      {({ rows }) => {
        if (rows.length === 0)
          return <Empty title="Nothing is known as that">Look for another part of its name.</Empty>;
        return (
          <ul className="mappings-found">
            {rows.map(({ entity, kind, label }) => (
              <li key={entity}>
                <Button look="quiet" onPress={() => onChoose(entity)}>
                  {wordsFrom(kind)}: {label ?? entity}
                </Button>
              </li>
            ))}
          </ul>
        );
      }}
    </Answer>
  );
}

/** The record as one system has it: that is what is read anew. */
function Places({ draft, entity }: { readonly draft: Full; readonly entity: string }) {
  const [chosen, choose] = useState<string | null>(null);
  const compared = useAnswer(['records', 'compare', entity], ({ api, installation }) =>
    api.GET('/installations/{installation}/entities/{entity}/systems', { params: { path: { installation, entity } } }),
  );
  return (
    <Answer what="where it is kept" answer={compared}>
      {({ systems }) => {
        const source = systems.find(({ connection }) => connection === chosen) ?? systems[0];
        if (!source) return <Empty title="No system has it yet">Choose a record that some system keeps.</Empty>;
        return (
          <>
            <Choice
              label="Read from"
              options={systems.map(({ connection, title, recordId }) => ({
                id: connection,
                label: `${title} (${connection}), ${recordId}`,
              }))}
              chosen={source.connection}
              onChoose={choose}
            />
            <Shown key={`${source.connection} ${draft.revision}`} draft={draft} source={source} />
          </>
        );
      }}
    </Answer>
  );
}

type Source = Pick<Shape<'Comparison'>['systems'][number], 'connection' | 'recordType' | 'recordId'>;

function Shown({ draft, source }: { readonly draft: Full; readonly source: Source }) {
  const { connection, recordType, recordId } = source;
  const look = useChange(
    ({ api, installation }) =>
      api.POST('/installations/{installation}/mapping-drafts/{draft}/preview', {
        params: { path: { installation, draft: draft.id } },
        body: { connection, recordType, recordId },
      }),
    ['preview'],
  );
  return (
    <>
      <div className="row">
        <Button look="main" isDisabled={look.isPending} onPress={() => look.mutate(null)}>
          See it under this draft
        </Button>
        <span className="quiet">The system is only read.</span>
      </div>
      {look.isPending && <Loading what="the record" />}
      {look.error && <TroubleNote trouble={troubleOf(look.error)} />}
      {look.data && <Sides preview={look.data} source={source} />}
    </>
  );
}

interface SidesProps {
  readonly preview: Shape<'Preview'>;
  readonly source: Source;
}

function Sides(props: SidesProps) {
  const ground = useGround();
  return (
    <Answer what="our fields" answer={ground}>
      {(found) => <Named {...props} ground={found} />}
    </Answer>
  );
}

/** Under the names that people know; the systems' own are for whoever asks for them. */
function Named({ preview, source, ground }: SidesProps & { readonly ground: Ground }) {
  const { records, targets } = preview;
  const [hasCodes, setHasCodes] = useState(false);
  const from = ground.connections.find(({ connection }) => connection === source.connection);
  const read = from?.maps.find(({ recordType }) => recordType === source.recordType);
  // A system that owns every field of it is given nothing.
  const given = targets.filter(({ fields, problems }) => fields.length + problems.length > 0);
  return (
    <>
      <Tick label="Show the systems’ own names of fields" isTicked={hasCodes} onTick={setHasCodes} />
      <div className="mappings-sides">
        <section className="card stack-close" aria-label="What the system says">
          <h2>The system says</h2>
          {read && !hasCodes ? (
            <Labelled connection={source.connection} kind={read.kind} values={preview.source} />
          ) : (
            <Values values={preview.source} titleOf={(name) => name} />
          )}
        </section>
        <section className="card stack-close" aria-label="What we make of it">
          <h2>We make of it</h2>
          {Object.entries(records).map(([id, values]) => (
            <Values key={id} values={values} />
          ))}
        </section>
        <section className="card stack-close" aria-label="What is given on">
          <h2>The others are given</h2>
          {given.length === 0 && <p className="quiet">Nothing: no other system is to have it.</p>}
          {given.map((target) => (
            <Target key={`${target.entity} ${target.connection}`} {...{ target, ground, hasCodes }} />
          ))}
        </section>
      </div>
    </>
  );
}

/** What the system calls its fields. Until it has said so, they go by our names of them. */
function useLabels(connection: string, kind: Kind): ReadonlyMap<string, string> {
  const { data } = useSides(connection, kind);
  const named = data?.theirs.filter(({ path, label }) => label !== path) ?? [];
  return new Map(named.map(({ path, label }) => [path, label]));
}

interface LabelledProps {
  readonly connection: string;
  readonly kind: Kind;
  readonly values: Shape<'Preview'>['source'];
}

function Labelled({ connection, kind, values }: LabelledProps) {
  const labels = useLabels(connection, kind);
  return <Values values={values} titleOf={(name) => labels.get(name) ?? wordsFrom(name)} />;
}

interface TargetProps {
  readonly target: Shape<'Preview'>['targets'][number];
  readonly ground: Ground;
  readonly hasCodes: boolean;
}

function Target({ target, ground, hasCodes }: TargetProps) {
  const { connection, kind, recordId, fields, problems } = target;
  const labels = useLabels(connection, kind as Kind);
  const ours = ground.kinds.find((one) => one.kind === kind);
  const system = ground.connections.find((one) => one.connection === connection);
  const titleOf = (field: string, at: string) =>
    labels.get(at) ?? ours?.fields.find((one) => one.field === field)?.title ?? wordsFrom(at);
  return (
    <div className="stack-close">
      <h3>
        {system ? `${system.title} (${connection})` : connection}, {(ours?.title ?? wordsFrom(kind)).toLowerCase()}{' '}
        {recordId ?? 'that is not there yet'}
      </h3>
      {problems.map(({ field }) => (
        <Note key={field} tone="bad">
          {titleOf(field, field)} cannot be carried for this record.
        </Note>
      ))}
      <dl className="values">
        {fields.map(({ field, at, theirs, before }) => (
          <div key={at}>
            <dt>
              {titleOf(field, at)}
              {hasCodes && (
                <>
                  {' '}
                  <code>{at}</code>
                </>
              )}
            </dt>
            <dd>
              <Value value={theirs} />
              {JSON.stringify(theirs) !== JSON.stringify(before) && (
                <>
                  {' '}
                  <Badge tone="warning">Changes</Badge> before: <Value value={before} />
                </>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
