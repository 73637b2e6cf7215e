// API keys: what each may do in words, until when, making one and revoking it.
import { useState } from 'react';
import { Answer, useAnswer, useChange, useMe } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { useNowMs } from '../../clock.ts';
import { Ask, Button, Field } from '../../parts/controls.tsx';
import { DialogFoot } from '../../parts/dialog-foot.tsx';
import { Ago, Instant } from '../../parts/figures.tsx';
import { Grid } from '../../parts/grid.tsx';
import { nameOf } from '../../parts/people.ts';
import { Secret } from '../../parts/secret.tsx';
import { Badge, Empty } from '../../parts/states.tsx';
import { Step } from '../../parts/step.tsx';
import { Tick } from '../../parts/ticks.tsx';

type Key = Shape<'Key'>;
type Scope = Key['scopes'][number];
type Scopes = readonly { readonly scope: Scope; readonly title: string }[];

export function Keys() {
  const { operations } = useMe();
  const [secret, setSecret] = useState<string | null>(null);
  const keys = useAnswer(['keys'], ({ api, installation }) =>
    api.GET('/installations/{installation}/keys', { params: { path: { installation } } }),
  );
  return (
    <section className="stack-close" aria-label="Keys">
      <div className="row-apart">
        <h2>Keys</h2>
        {operations.includes('makeKey') && keys.data && <Make scopes={keys.data.scopes} onMade={setSecret} />}
      </div>
      {secret !== null && <Secret title="The new key" text="Give it to the system that is to call." secret={secret} />}
      <Answer what="the keys" answer={keys}>
        {({ rows, scopes }) => <Rows rows={rows} scopes={scopes} />}
      </Answer>
    </section>
  );
}

function Rows({ rows, scopes }: { readonly rows: readonly Key[]; readonly scopes: Scopes }) {
  const nowMs = useNowMs();
  const titles = new Map(scopes.map(({ scope, title }) => [scope, title]));
  return (
    <Grid
      label="Keys, the newest first"
      lines={rows}
      idOf={({ key }) => key}
      empty={<Empty title="No keys yet">A system of yours that calls the API needs one.</Empty>}
      columns={[
        { id: 'name', title: 'Used by', isName: true, width: '2fr', minWidth: 150, show: ({ name }) => name },
        { id: 'state', title: 'State', minWidth: 100, show: (key) => <KeyState row={key} nowMs={nowMs} /> },
        {
          id: 'scopes',
          title: 'May',
          width: '4fr',
          minWidth: 280,
          show: (key) => (
            <span title={key.scopes.map((scope) => titles.get(scope) ?? scope).join('\n')}>
              {key.scopes.map((scope) => titles.get(scope) ?? scope).join('; ')}
            </span>
          ),
        },
        { id: 'limit', title: 'A minute', isFigure: true, minWidth: 90, show: (key) => key.perMinute.toLocaleString() },
        { id: 'by', title: 'Made by', minWidth: 130, show: ({ madeBy }) => nameOf(madeBy) },
        {
          id: 'until',
          title: 'Until',
          width: 215,
          minWidth: 215,
          show: ({ expiresAt }) => (expiresAt === null ? 'For ever' : <Instant atMs={Date.parse(expiresAt)} />),
        },
        { id: 'revoke', title: 'Revoke', minWidth: 120, show: (key) => <Revoke row={key} nowMs={nowMs} /> },
      ]}
    />
  );
}

const isOver = ({ expiresAt }: Key, nowMs: number) => expiresAt !== null && Date.parse(expiresAt) <= nowMs;

function KeyState({ row, nowMs }: { readonly row: Key; readonly nowMs: number }) {
  if (row.revokedAt !== null) {
    return (
      <Badge tone="neutral">
        Revoked <Ago atMs={Date.parse(row.revokedAt)} nowMs={nowMs} />
      </Badge>
    );
  }
  return isOver(row, nowMs) ? <Badge tone="warning">Expired</Badge> : <Badge tone="good">In use</Badge>;
}

function Revoke({ row, nowMs }: { readonly row: Key; readonly nowMs: number }) {
  const { operations } = useMe();
  const revoke = useChange(
    ({ api, installation }, key: string) =>
      api.DELETE('/installations/{installation}/keys/{key}', { params: { path: { installation, key } } }),
    ['keys'],
  );
  if (row.revokedAt !== null || isOver(row, nowMs) || !operations.includes('revokeKey')) return null;
  return (
    <Step
      title="Revoke"
      look="danger"
      text={`${row.name} is refused everywhere within a minute. It cannot be taken back; a new key can be made.`}
      isPending={revoke.isPending}
      trouble={revoke.error}
      onStep={(_, close) => revoke.mutate(row.key, { onSuccess: close })}
    />
  );
}

interface Asked {
  readonly name: string;
  readonly chosen: readonly Scope[];
  readonly until: string;
  readonly isForEver: boolean;
  readonly perMinute: string;
}

const nothing: Asked = { name: '', chosen: [], until: '', isForEver: false, perMinute: '600' };

/** The last moment of that day, where the one who asks is. Left empty, the API takes a year. */
function endOf({ until, isForEver }: Asked): { readonly expiresAt?: string | null } {
  if (isForEver) return { expiresAt: null };
  return until === '' ? {} : { expiresAt: new Date(`${until}T23:59:59`).toISOString() };
}

function Make({ scopes, onMade }: { readonly scopes: Scopes; readonly onMade: (secret: string) => void }) {
  const [asked, setAsked] = useState(nothing);
  const set = (more: Partial<Asked>) => setAsked({ ...asked, ...more });
  const { name, chosen, until, isForEver, perMinute } = asked;
  const make = useChange(
    ({ api, installation }, _: null) =>
      api.POST('/installations/{installation}/keys', {
        params: { path: { installation } },
        body: { name: name.trim(), scopes: [...chosen], perMinute: Number(perMinute), ...endOf(asked) },
      }),
    ['keys'],
  );
  const send = (close: () => void) =>
    make.mutate(null, {
      onSuccess: ({ token }) => {
        onMade(token);
        setAsked(nothing);
        close();
      },
    });
  return (
    <Ask trigger={<Button look="main">Make a key</Button>} title="Make a key" isWide>
      {(close) => (
        <>
          <Field
            label="Used by"
            value={name}
            onChange={(text) => set({ name: text })}
            isRequired
            hint="As the audit will say."
          />
          <ScopeTicks scopes={scopes} chosen={chosen} onChosen={(now) => set({ chosen: now })} />
          {!isForEver && (
            <Field
              label="Until"
              type="date"
              value={until}
              onChange={(day) => set({ until: day })}
              hint="Empty: a year."
            />
          )}
          <Tick label="For ever" isTicked={isForEver} onTick={(isNow) => set({ isForEver: isNow })} />
          <Field label="Requests a minute" value={perMinute} onChange={(text) => set({ perMinute: text })} />
          <DialogFoot
            trouble={make.error}
            isDisabled={name.trim() === '' || chosen.length === 0 || make.isPending}
            onStep={() => send(close)}
            onCancel={close}
          >
            Make it
          </DialogFoot>
        </>
      )}
    </Ask>
  );
}

interface ScopeTicksProps {
  readonly scopes: Scopes;
  readonly chosen: readonly Scope[];
  readonly onChosen: (chosen: readonly Scope[]) => void;
}

function ScopeTicks({ scopes, chosen, onChosen }: ScopeTicksProps) {
  return (
    <fieldset className="ticks">
      <legend>What it may do</legend>
      {scopes.map(({ scope, title }) => (
        <Tick
          key={scope}
          label={title}
          isTicked={chosen.includes(scope)}
          onTick={(isNow) => onChosen(isNow ? [...chosen, scope] : chosen.filter((one) => one !== scope))}
        />
      ))}
    </fieldset>
  );
}
