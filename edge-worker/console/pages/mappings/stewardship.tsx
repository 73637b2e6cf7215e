// Who owns which field now, and what became of values that another system held against its owner's word.
import { useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { Answer, useAnswer, useMe, usePages } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Choice, Field } from '../../parts/controls.tsx';
import { Instant } from '../../parts/figures.tsx';
import { Grid } from '../../parts/grid.tsx';
import { wordsFrom } from '../../parts/people.ts';
import { Badge, Empty, type Tone } from '../../parts/states.tsx';
import { Value } from '../../parts/values.tsx';
import { KindChoice, Matrix } from './matrix.tsx';
import { type Ground, roleTitles, useGround, wholeContent } from './sides.ts';
import './mappings.css';

export default function Stewardship() {
  const ground = useGround();
  return (
    <div className="stack">
      <p>
        <Link to="/mappings">All mappings</Link>
      </p>
      <h1>Who owns what</h1>
      <Answer what="our fields" answer={ground}>
        {(found) => (
          <>
            <InForce ground={found} />
            <Contested ground={found} />
          </>
        )}
      </Answer>
    </div>
  );
}

function InForce({ ground }: { readonly ground: Ground }) {
  const versions = useAnswer(['mappings', 'versions'], ({ api, installation }) =>
    api.GET('/installations/{installation}/mappings', { params: { path: { installation } } }),
  );
  return (
    <Answer what="the version in force" answer={versions}>
      {({ rows }) => {
        const inForce = rows.find(({ isInForce }) => isInForce);
        return inForce ? <Owned ground={ground} version={inForce.version} /> : null;
      }}
    </Answer>
  );
}

function Owned({ ground, version }: { readonly ground: Ground; readonly version: number }) {
  const [asked, ask] = useSearchParams();
  const read = useAnswer(['mappings', 'version', version], ({ api, installation }) =>
    api.GET('/installations/{installation}/mappings/{version}', { params: { path: { installation, version } } }),
  );
  const kind = ground.kinds.find((one) => one.kind === asked.get('kind')) ?? ground.kinds[0];
  if (!kind) return null;
  return (
    <section className="stack-close" aria-label="In force">
      <h2>In force: version {version}</h2>
      <p className="quiet">
        What its owner says goes; what another system has otherwise is put right there. A field is moved to another
        owner in a draft, and counts once somebody else has approved it.
      </p>
      <KindChoice ground={ground} chosen={kind.kind} onChoose={(id) => ask({ kind: id }, { replace: true })} />
      <Answer what="the owners" answer={read}>
        {({ content }) => <Matrix content={wholeContent(content)} ground={ground} kind={kind} onMove={null} />}
      </Answer>
    </section>
  );
}

type Row = Shape<'Contested'>;
type Became = Row['became'];

const any = ' any';
const pageMax = 200;
const became: Readonly<Record<Became, { readonly title: string; readonly tone: Tone }>> = {
  overwritten: { title: 'Overwritten', tone: 'notice' },
  held: { title: 'Held', tone: 'warning' },
  left: { title: 'Left as found', tone: 'neutral' },
};

/** What is asked for; empty stands for everything. */
interface Filters {
  readonly kind: Ground['kinds'][number]['kind'] | typeof any;
  readonly connection: string;
  readonly became: Became | typeof any;
  readonly from: string;
  readonly to: string;
}

function Contested({ ground }: { readonly ground: Ground }) {
  const { operations } = useMe();
  const [asked, ask] = useState<Filters>({ kind: any, connection: any, became: any, from: '', to: '' });
  const found = usePages(['contested', asked], ({ api, installation }, after) =>
    api.GET('/installations/{installation}/contested', {
      params: {
        path: { installation },
        query: {
          limit: pageMax,
          ...(asked.kind !== any && { kind: asked.kind }),
          ...(asked.connection !== any && { connection: asked.connection }),
          ...(asked.became !== any && { became: asked.became }),
          ...(asked.from !== '' && { from: new Date(`${asked.from}T00:00:00`).toISOString() }),
          ...(asked.to !== '' && { to: new Date(`${asked.to}T23:59:59.999`).toISOString() }),
          ...(after !== null && { after }),
        },
      },
    }),
  );
  if (!operations.includes('listContested')) return null;
  return (
    <section className="stack-close" aria-label="Against the owner's word">
      <h2>Against the owner’s word</h2>
      <p className="quiet">
        Values of the last 14 days that a system held and its field’s owner did not say. Older ones stand on the
        timeline of each record.
      </p>
      <Narrowed ground={ground} asked={asked} onAsk={(change) => ask({ ...asked, ...change })} />
      <Answer what="what was overwritten or held" answer={found.answer}>
        {() => <Log rows={found.rows} onEnd={found.more} />}
      </Answer>
    </section>
  );
}

interface NarrowedProps {
  readonly ground: Ground;
  readonly asked: Filters;
  readonly onAsk: (change: Partial<Filters>) => void;
}

function Narrowed({ ground, asked, onAsk }: NarrowedProps) {
  return (
    <div className="mappings-choices">
      <Choice
        label="Records"
        options={[
          { id: any, label: 'Of every kind' },
          ...ground.kinds.map((one) => ({ id: one.kind, label: one.title })),
        ]}
        chosen={asked.kind}
        onChoose={(kind) => onAsk({ kind })}
      />
      <Choice
        label="Changed in"
        options={[
          { id: any, label: 'Any system' },
          ...ground.connections.map((one) => ({ id: one.connection, label: `${one.title} (${one.connection})` })),
        ]}
        chosen={asked.connection}
        onChoose={(connection) => onAsk({ connection })}
      />
      <Choice
        label="What became of it"
        options={[
          { id: any, label: 'Anything' },
          ...(Object.keys(became) as Became[]).map((id) => ({ id, label: became[id].title })),
        ]}
        chosen={asked.became}
        onChoose={(chosen) => onAsk({ became: chosen })}
      />
      <Field label="From" type="date" value={asked.from} onChange={(from) => onAsk({ from })} />
      <Field label="To" type="date" value={asked.to} onChange={(to) => onAsk({ to })} />
    </div>
  );
}

function Log({ rows, onEnd }: { readonly rows: readonly Row[]; readonly onEnd: () => void }) {
  const navigate = useNavigate();
  // Of one record several fields may have been changed at once.
  const lines = rows.map((row, at) => ({ ...row, id: `${at} ${row.entity} ${row.field}` }));
  return (
    <Grid
      label="Values against the owner's word, the newest first"
      lines={lines}
      idOf={({ id }) => id}
      onOpen={({ entity }) => navigate(`/records/${entity}`)}
      onEnd={onEnd}
      empty={
        <Empty title="Nothing was overwritten or held">
          What another system writes into a field that is not its own stands here.
        </Empty>
      }
      columns={[
        {
          ...{ id: 'record', title: 'Record', isName: true, width: '2fr', minWidth: 160 },
          show: ({ label, entity, kind }) => `${kind === null ? '' : `${wordsFrom(kind)}: `}${label ?? entity}`,
        },
        { id: 'field', title: 'Field', minWidth: 120, show: ({ field }) => wordsFrom(field) },
        {
          ...{ id: 'there', title: 'What was found', width: '2fr', minWidth: 170 },
          show: ({ there, connection }) => (
            <>
              <span className="quiet">{connection}:</span> <Value value={there} />
            </>
          ),
        },
        {
          ...{ id: 'ours', title: 'What its owner says', width: '2fr', minWidth: 170 },
          show: ({ ours, owner }) => (
            <>
              {owner !== null && <span className="quiet">{roleTitles[owner]}:</span>} <Value value={ours} />
            </>
          ),
        },
        {
          ...{ id: 'became', title: 'Became', minWidth: 130 },
          show: (row) => <Badge tone={became[row.became].tone}>{became[row.became].title}</Badge>,
        },
        { id: 'at', title: 'When', minWidth: 200, show: ({ at }) => <Instant atMs={Date.parse(at)} /> },
      ]}
    />
  );
}
