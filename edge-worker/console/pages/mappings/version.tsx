// A version that was published: what it has otherwise than another one, and putting it back.
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { Answer, useAnswer, useChange, useMe } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Choice } from '../../parts/controls.tsx';
import { Instant } from '../../parts/figures.tsx';
import { nameOf } from '../../parts/people.ts';
import { Badge, Empty } from '../../parts/states.tsx';
import { Step } from '../../parts/step.tsx';
import { Changes } from './lists.tsx';
import './mappings.css';

export function VersionPage() {
  const version = Number(useParams()['version']);
  const versions = useAnswer(['mappings', 'versions', 'all'], ({ api, installation }) =>
    api.GET('/installations/{installation}/mappings', { params: { path: { installation }, query: { limit: 500 } } }),
  );
  return (
    <div className="stack">
      <p>
        <Link to="/mappings">All mappings</Link>
      </p>
      <Answer what="the version" title={`Version ${version}`} answer={versions}>
        {({ rows }) => {
          const row = rows.find((one) => one.version === version);
          if (!row)
            return (
              <>
                <h1>Version {version}</h1>
                <Empty title="There is no such version">Go back to the mappings and choose another.</Empty>
              </>
            );
          return <One row={row} others={rows.filter((one) => one.version !== version)} />;
        }}
      </Answer>
    </div>
  );
}

type Row = Shape<'MappingVersion'>;

function One({ row, others }: { readonly row: Row; readonly others: readonly Row[] }) {
  const { operations } = useMe();
  const [chosen, setChosen] = useState<string | null>(null);
  const before = others.find(({ version }) => version < row.version) ?? others[0];
  const since = chosen ?? (before ? String(before.version) : null);
  return (
    <>
      <div className="row-apart">
        <h1>Version {row.version}</h1>
        {row.isInForce && <Badge tone="good">In force</Badge>}
      </div>
      <p className="quiet">
        Published by {nameOf(row.publishedBy)}, <Instant atMs={Date.parse(row.publishedAt)} />
      </p>
      {!row.isInForce && operations.includes('rollBackMapping') && <PutBack version={row.version} />}
      {since !== null && (
        <section className="stack-close" aria-label="What it has otherwise">
          <h2>What it has otherwise</h2>
          <Choice
            label="Compared with"
            options={others.map(({ version }) => ({ id: String(version), label: `Version ${version}` }))}
            chosen={since}
            onChoose={setChosen}
          />
          <Compared version={row.version} since={Number(since)} />
        </section>
      )}
    </>
  );
}

function Compared({ version, since }: { readonly version: number; readonly since: number }) {
  const changes = useAnswer(['mappings', 'changes', version, since], ({ api, installation }) =>
    api.GET('/installations/{installation}/mappings/{version}/changes', {
      params: { path: { installation, version }, query: { since } },
    }),
  );
  return (
    <Answer what="the differences" answer={changes}>
      {({ rows }) => <Changes rows={rows} />}
    </Answer>
  );
}

function PutBack({ version }: { readonly version: number }) {
  const navigate = useNavigate();
  const putBack = useChange(
    ({ api, installation }, reason: string) =>
      api.POST('/installations/{installation}/mappings/{version}/restore', {
        params: { path: { installation, version } },
        body: { reason },
      }),
    ['mappings'],
  );
  return (
    <div className="row">
      <Step
        title="Put this version back"
        text="Its content becomes the newest version and is in force at once. No version is forgotten."
        asks="Reason"
        isRequired
        look="danger"
        isPending={putBack.isPending}
        trouble={putBack.error}
        onStep={(reason) => putBack.mutate(reason, { onSuccess: () => navigate('/mappings') })}
      />
    </div>
  );
}
