// Which records a connection serves, where several share a role: by legal entity, region or practice.
import { useState } from 'react';
import { useAnswer, useChange, useMe } from '../../asking.tsx';
import type { Connection } from '../../parts/connections.tsx';
import { Choice, Field } from '../../parts/controls.tsx';
import { Step } from '../../parts/step.tsx';

type Routing = Connection['routing'];

export function RoutingTable({ row, all }: { readonly row: Connection; readonly all: readonly Connection[] }) {
  const { operations } = useMe();
  const sharing = all.filter((one) => one.roles.some((role) => row.roles.includes(role)));
  const fields = useAnswer(['routing-fields'], ({ api }) => api.GET('/routing-fields'));
  if (sharing.length < 2 && row.routing === null) return null;
  const titles = new Map((fields.data?.rows ?? []).map(({ field, title }) => [field, title]));
  return (
    <section className="stack-close" aria-label="Routing">
      <div className="row-apart">
        <h2>Which records it serves</h2>
        {operations.includes('setRouting') && fields.data && <ChangeRouting row={row} fields={fields.data.rows} />}
      </div>
      <p className="quiet">Several connections share its role. Each record goes to one of them.</p>
      <ul className="connections-rows">
        {sharing.map((one) => (
          <li key={one.connection}>
            <strong>
              {one.title}, {one.account}
              {one === row && ' (this one)'}
            </strong>
            <span>{routingWords(one.routing, titles)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function routingWords(routing: Routing, titles: ReadonlyMap<string, string>): string {
  if (routing === null) return 'Whatever no other one serves';
  return `${titles.get(routing.field) ?? routing.field}: ${routing.values.join(', ')}`;
}

interface ChangeRoutingProps {
  readonly row: Connection;
  readonly fields: readonly { readonly field: string; readonly title: string }[];
}

const everything = '';

function ChangeRouting({ row, fields }: ChangeRoutingProps) {
  const [field, setField] = useState(row.routing?.field ?? everything);
  const [text, setText] = useState(row.routing?.values.join('\n') ?? '');
  const values = text.split('\n').flatMap((line) => line.trim() || []);
  const route = useChange(
    ({ api, installation }, routing: { field: string; values: string[] } | null) =>
      api.PUT('/installations/{installation}/connections/{connection}/routing', {
        params: { path: { installation, connection: row.connection } },
        body: { routing },
      }),
    ['health'],
  );
  const options = [
    { id: everything, label: 'Whatever no other one serves' },
    ...fields.map((one) => ({ id: one.field, label: `By ${one.title.toLowerCase()}` })),
  ];
  const routing = field === everything ? null : { field, values };
  return (
    <Step
      title="Change the routing"
      text={
        <>
          It counts for what is sent from now on. A record that lies in another system already stays there and is held,
          so that none is made twice.
        </>
      }
      isIncomplete={field !== everything && values.length === 0}
      isPending={route.isPending}
      trouble={route.error}
      onStep={(_, close) => route.mutate(routing, { onSuccess: close })}
    >
      <Choice label="Records" options={options} chosen={field} onChoose={setField} />
      {field !== everything && (
        <Field
          label="Values, one a line"
          rows={4}
          value={text}
          onChange={setText}
          hint="Exactly as they stand in the records."
        />
      )}
    </Step>
  );
}
