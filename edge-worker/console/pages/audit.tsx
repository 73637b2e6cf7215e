// The audit: who changed what, filtered by name and days, and the whole of it with its signed heads as a file.
import { useState } from 'react';
import { Link } from 'react-router';
import { Answer, troubleOf, useChange, useMe, usePages } from '../asking.tsx';
import type { Shape } from '../client.ts';
import { Button, Field } from '../parts/controls.tsx';
import { Instant, instantText } from '../parts/figures.tsx';
import { saveFile } from '../parts/file.ts';
import { Grid } from '../parts/grid.tsx';
import { nameOf, wordsFrom } from '../parts/people.ts';
import { Empty, TroubleNote } from '../parts/states.tsx';
import { Names, Said } from '../parts/values.tsx';
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
        {({ pages }) => (
          <Names of={Object.assign({}, ...pages.map(({ names }) => names))}>
            <Changes rows={found.rows} onEnd={found.more} />
          </Names>
        )}
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
        { id: 'by', title: 'Who', minWidth: 140, show: (row) => nameOf(row.by) },
        {
          id: 'action',
          title: 'What',
          isName: true,
          minWidth: 190,
          show: ({ action }) => <Whole text={wordsFrom(action)} />,
        },
        {
          ...{ id: 'subject', title: 'On what', width: '2fr', minWidth: 220 },
          show: (row) => <On row={row} />,
        },
        {
          ...{ id: 'detail', title: 'Details', width: '3fr', minWidth: 260 },
          show: (row) => (
            <span title={detailsOf(row)}>
              <Said text={detailsOf(row)} />
            </span>
          ),
        },
      ]}
    />
  );
}

/** A cell cuts off what is long; all of it is shown at a touch. */
function Whole({ text }: { readonly text: string }) {
  return <span title={text}>{text}</span>;
}

type Row = Shape<'AuditRow'>;

/** Where a thing is looked at; what has no page of its own is not here. */
const homes: Readonly<Partial<Record<Row['on']['is'], (subject: string) => string>>> = {
  record: (subject) => `/records/${subject}`,
  exception: (subject) => `/exceptions/one/${subject}`,
  connection: (subject) => `/connections/${subject}`,
  mapping: (subject) => `/mappings/version/${subject}`,
  draft: (subject) => `/mappings/draft/${subject}`,
  key: () => '/api',
  subscription: (subject) => `/api/${subject}`,
  destination: () => '/alerts',
  alerts: () => '/alerts',
};

function On({ row: { subject, on } }: { readonly row: Row }) {
  const home = homes[on.is]?.(subject);
  const name = on.label ?? on.title;
  return (
    <span title={`${on.title}: ${on.label ?? subject}`}>
      {on.label !== null && <span className="quiet">{on.title} </span>}
      {home === undefined ? name : <Link to={home}>{name}</Link>}
    </span>
  );
}

/** What is a code rather than somebody’s words. */
const codes = new Set(['control', 'kind', 'answer', 'state']);
/** What says nothing to people, or stands in the column before. */
const untold = new Set(['hash', 'content', 'cause']);

const detailsOf = ({ detail, on }: Row) =>
  Object.entries(detail)
    .filter(([name, value]) => value !== '' && !untold.has(name) && !(name === 'entity' && on.is === 'exception'))
    .map(([name, value]) => `${wordsFrom(name)}: ${said(name, value)}`)
    .join(' · ');

function said(name: string, value: string): string {
  if (codes.has(name)) return wordsFrom(value).toLowerCase();
  return /^\d{4}-\d{2}-\d{2}T/.test(value) ? instantText(Date.parse(value)) : value;
}

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
