// The audit: who changed what, filtered by name and days, and the whole of it with its signed heads as a file.
import { useState } from 'react';
import { Answer, troubleOf, useChange, useMe, usePages } from '../asking.tsx';
import type { Shape } from '../client.ts';
import { Button, Field } from '../parts/controls.tsx';
import { Instant } from '../parts/figures.tsx';
import { saveFile } from '../parts/file.ts';
import { Grid } from '../parts/grid.tsx';
import { nameOf, wordsFrom } from '../parts/people.ts';
import { Empty, TroubleNote } from '../parts/states.tsx';
import './audit.css';

const pageMax = 200;
/** Days begin where the one who asks is. */
const dayBegins = (day: string) => new Date(`${day}T00:00:00`).toISOString();
const dayEnds = (day: string) => new Date(`${day}T23:59:59.999`).toISOString();

export default function Audit() {
  const { operations } = useMe();
  return (
    <div className="stack">
      <div className="row-apart">
        <h1>Audit</h1>
        {operations.includes('exportAudit') && <Export />}
      </div>
      {operations.includes('listAudit') ? (
        <Rows />
      ) : (
        <Empty title="The audit is not for your role">Finance, approvers and integration admins read it.</Empty>
      )}
    </div>
  );
}

function Rows() {
  const [by, setBy] = useState('');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const who = by.trim();
  const found = usePages(['audit', who, from, to], ({ api, installation }, after) =>
    api.GET('/installations/{installation}/audit', {
      params: {
        path: { installation },
        query: {
          limit: pageMax,
          ...(who !== '' && { by: who }),
          ...(from !== '' && { from: dayBegins(from) }),
          ...(to !== '' && { to: dayEnds(to) }),
          ...(after !== null && { after }),
        },
      },
    }),
  );
  return (
    <>
      <div className="audit-filters">
        <Field label="Who" type="search" value={by} onChange={setBy} placeholder="Part of a name" />
        <Field label="From" type="date" value={from} onChange={setFrom} />
        <Field label="To" type="date" value={to} onChange={setTo} />
      </div>
      <Answer what="the audit" answer={found.answer}>
        {() => <Changes rows={found.rows} onEnd={found.more} />}
      </Answer>
    </>
  );
}

function Changes({ rows, onEnd }: { readonly rows: readonly Shape<'AuditRow'>[]; readonly onEnd: () => void }) {
  return (
    <Grid
      label="Changes, the newest first"
      lines={rows}
      idOf={({ seq }) => String(seq)}
      onEnd={onEnd}
      empty={<Empty title="No change fits">Choose more days, or leave the name empty.</Empty>}
      columns={[
        { id: 'at', title: 'When', width: 215, minWidth: 215, show: ({ at }) => <Instant atMs={Date.parse(at)} /> },
        { id: 'by', title: 'Who', isName: true, minWidth: 140, show: (row) => nameOf(row.by) },
        { id: 'action', title: 'What', minWidth: 190, show: ({ action }) => <Whole text={wordsFrom(action)} /> },
        {
          ...{ id: 'subject', title: 'On what', width: '2fr', minWidth: 220 },
          show: ({ subject }) => <Whole text={subject} />,
        },
        {
          ...{ id: 'detail', title: 'Details', width: '3fr', minWidth: 260 },
          show: ({ detail }) => <Whole text={detailsOf(detail)} />,
        },
      ]}
    />
  );
}

/** A cell cuts off what is long; all of it is shown at a touch. */
function Whole({ text }: { readonly text: string }) {
  return <span title={text}>{text}</span>;
}

const detailsOf = (detail: Readonly<Record<string, string>>) =>
  Object.entries(detail)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${wordsFrom(name)}: ${value}`)
    .join(' · ');

function Export() {
  const file = useChange(
    ({ api, installation }) =>
      api.GET('/installations/{installation}/audit/export', {
        params: { path: { installation } },
        parseAs: 'blob',
      }),
    ['audit', 'export'],
  );
  return (
    <div className="stack-close">
      <Button
        isDisabled={file.isPending}
        onPress={() =>
          file.mutate(null, { onSuccess: (lines) => saveFile(lines, 'application/x-ndjson', 'audit.ndjson') })
        }
      >
        Export with signatures
      </Button>
      {file.isSuccess && (
        <p className="quiet" role="status">
          Saved. <code>verify-audit.mjs</code>, with the public key that you keep, proves that it is whole.
        </p>
      )}
      {file.error && <TroubleNote trouble={troubleOf(file.error)} />}
    </div>
  );
}
