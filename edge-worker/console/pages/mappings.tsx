// How the mappings are changed: drafts on their way, and every version that was published.
import { lazy, useState } from 'react';
import { Link, Route, Routes, useNavigate } from 'react-router';
import { Answer, useAnswer, useChange, useMe, usePages } from '../asking.tsx';
import type { Shape } from '../client.ts';
import { useNowMs } from '../clock.ts';
import { Ask, Button, Field } from '../parts/controls.tsx';
import { DialogFoot } from '../parts/dialog-foot.tsx';
import { Ago } from '../parts/figures.tsx';
import { Grid } from '../parts/grid.tsx';
import { nameOf } from '../parts/people.ts';
import { Badge, Empty } from '../parts/states.tsx';
import { DraftPage } from './mappings/draft.tsx';
import { Existing } from './mappings/existing.tsx';
import { stateOf } from './mappings/lists.tsx';
import { WhoApproves } from './mappings/self-approval.tsx';
import { VersionPage } from './mappings/version.tsx';

export default function Mappings() {
  const { operations } = useMe();
  if (!operations.includes('listDrafts'))
    return (
      <div className="stack">
        <h1>Mappings</h1>
        <Empty title="Mappings are for admins and approvers">
          Ask your integration admin for what you need changed.
        </Empty>
      </div>
    );
  return (
    <Routes>
      <Route index element={<Both />} />
      <Route path="draft/:draft/*" element={<DraftPage />} />
      <Route path="version/:version" element={<VersionPage />} />
      <Route path="job/:job" element={<JobPage />} />
      <Route path="owners" element={<Stewardship />} />
    </Routes>
  );
}

const JobPage = lazy(() => import('./mappings/job.tsx'));
const Stewardship = lazy(() => import('./mappings/stewardship.tsx'));

function Both() {
  const { operations } = useMe();
  const drafts = useAnswer(['mappings', 'drafts'], ({ api, installation }) =>
    api.GET('/installations/{installation}/mapping-drafts', { params: { path: { installation } } }),
  );
  const versions = usePages(['mappings', 'version-pages'], ({ api, installation }, after) =>
    api.GET('/installations/{installation}/mappings', {
      params: { path: { installation }, query: after === null ? {} : { after } },
    }),
  );
  return (
    <div className="stack">
      <div className="row-apart">
        <h1>Mappings</h1>
        {operations.includes('beginDraft') && <Begin />}
      </div>
      <p>
        <Link to="/mappings/owners">Who owns what, and what was overwritten or held</Link>
      </p>
      <section className="stack-close" aria-label="Drafts">
        <h2>Drafts</h2>
        <Answer what="the drafts" answer={drafts}>
          {({ rows, selfApproval }) => (
            <>
              <Drafts rows={rows} />
              <WhoApproves setting={selfApproval} />
            </>
          )}
        </Answer>
      </section>
      <section className="stack-close" aria-label="Versions">
        <h2>Versions</h2>
        <Answer what="the versions" answer={versions.answer}>
          {() => <Versions rows={versions.rows} onEnd={versions.more} />}
        </Answer>
      </section>
      <Existing />
    </div>
  );
}

function Begin() {
  const [title, setTitle] = useState('');
  const navigate = useNavigate();
  const begin = useChange(
    ({ api, installation }, named: string) =>
      api.POST('/installations/{installation}/mapping-drafts', {
        params: { path: { installation } },
        body: { title: named },
      }),
    ['mappings'],
  );
  const go = () =>
    begin.mutate(title.trim(), { onSuccess: ({ draft }) => navigate(`/mappings/draft/${encodeURIComponent(draft)}`) });
  return (
    <Ask trigger={<Button look="main">Begin a draft</Button>} title="Begin a draft">
      {(close) => (
        <>
          <p>It starts from the version in force. Nothing changes until it is approved.</p>
          <Field label="What it is for" value={title} onChange={setTitle} isRequired />
          <DialogFoot
            trouble={begin.error}
            isDisabled={title.trim() === '' || begin.isPending}
            onStep={go}
            onCancel={close}
          >
            Begin
          </DialogFoot>
        </>
      )}
    </Ask>
  );
}

function Drafts({ rows }: { readonly rows: readonly Shape<'Draft'>[] }) {
  const nowMs = useNowMs();
  const navigate = useNavigate();
  return (
    <Grid
      label="Drafts"
      lines={rows}
      idOf={({ id }) => id}
      onOpen={({ id }) => navigate(`/mappings/draft/${encodeURIComponent(id)}`)}
      empty={<Empty title="No drafts">Changes of the mappings appear here until they are published.</Empty>}
      columns={[
        { id: 'title', title: 'For', isName: true, width: '3fr', minWidth: 180, show: ({ title }) => title },
        {
          id: 'state',
          title: 'State',
          minWidth: 150,
          show: ({ state }) => <Badge tone={stateOf[state].tone}>{stateOf[state].title}</Badge>,
        },
        { id: 'by', title: 'Changed by', minWidth: 140, show: ({ changedBy }) => nameOf(changedBy) },
        {
          id: 'at',
          title: 'Changed',
          minWidth: 120,
          show: ({ changedAt }) => <Ago atMs={Date.parse(changedAt)} nowMs={nowMs} />,
        },
      ]}
    />
  );
}

interface VersionsProps {
  readonly rows: readonly Shape<'MappingVersion'>[];
  readonly onEnd: () => void;
}

function Versions({ rows, onEnd }: VersionsProps) {
  const nowMs = useNowMs();
  const navigate = useNavigate();
  return (
    <Grid
      label="Versions"
      lines={rows}
      onEnd={onEnd}
      idOf={({ version }) => String(version)}
      onOpen={({ version }) => navigate(`/mappings/version/${version}`)}
      empty={<Empty title="No versions">The first comes with the installation.</Empty>}
      columns={[
        { id: 'version', title: 'Version', isName: true, minWidth: 100, show: ({ version }) => `Version ${version}` },
        {
          id: 'force',
          title: 'State',
          minWidth: 110,
          show: ({ isInForce }) => isInForce && <Badge tone="good">In force</Badge>,
        },
        { id: 'by', title: 'Published by', minWidth: 140, show: ({ publishedBy }) => nameOf(publishedBy) },
        {
          id: 'at',
          title: 'Published',
          minWidth: 120,
          show: ({ publishedAt }) => <Ago atMs={Date.parse(publishedAt)} nowMs={nowMs} />,
        },
      ]}
    />
  );
}
