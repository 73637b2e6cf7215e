// Subscribers: who is told of what, how each is doing, and adding one.
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { Answer, problemsOf, useAnswer, useChange, useMe } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Ask, Button, Field } from '../../parts/controls.tsx';
import { DialogFoot } from '../../parts/dialog-foot.tsx';
import { Grid } from '../../parts/grid.tsx';
import { Secret } from '../../parts/secret.tsx';
import { Badge, Empty, type Tone } from '../../parts/states.tsx';
import { Tick } from '../../parts/ticks.tsx';

export type Subscription = Shape<'Subscription'>;

export function useSubscriptions() {
  return useAnswer(
    ['subscriptions'],
    ({ api, installation }) =>
      api.GET('/installations/{installation}/subscriptions', { params: { path: { installation } } }),
    { everyMs: 5_000 },
  );
}

/** How a subscriber is doing, in words. */
export function health(row: Subscription): { readonly tone: Tone; readonly title: string } {
  if (row.state === 'paused') return { tone: 'neutral', title: 'Paused' };
  if (row.state === 'parked') return { tone: 'bad', title: 'Does not answer' };
  return row.failures > 0 ? { tone: 'warning', title: 'Trying again' } : { tone: 'good', title: 'Working' };
}

export function Subscriptions() {
  const { operations } = useMe();
  const navigate = useNavigate();
  const [secret, setSecret] = useState<string | null>(null);
  const subscriptions = useSubscriptions();
  return (
    <section className="stack-close" aria-label="Subscribers">
      <div className="row-apart">
        <h2>Subscribers</h2>
        {operations.includes('makeSubscription') && <Make onMade={setSecret} />}
      </div>
      {secret !== null && (
        <Secret title="Its signing key" text="The subscriber checks with it that Tieout has called." secret={secret} />
      )}
      <Answer what="the subscribers" answer={subscriptions}>
        {({ rows }) => (
          <Grid
            label="Subscribers"
            lines={rows}
            idOf={({ subscription }) => subscription}
            onOpen={({ subscription }) => navigate(`/api/${subscription}`)}
            empty={
              <Empty title="Nobody is told yet">
                An address of yours can hear of projects, invoices and payments as they happen.
              </Empty>
            }
            columns={[
              { id: 'name', title: 'Who', isName: true, width: '2fr', minWidth: 140, show: ({ name }) => name },
              {
                id: 'health',
                title: 'State',
                minWidth: 140,
                show: (row) => <Badge tone={health(row).tone}>{health(row).title}</Badge>,
              },
              {
                id: 'waiting',
                title: 'Not told yet',
                isFigure: true,
                minWidth: 110,
                show: ({ waiting }) => waiting.toLocaleString(),
              },
              { id: 'types', title: 'Of what', width: '2fr', minWidth: 180, show: ({ types }) => typesInWords(types) },
              { id: 'url', title: 'Where', width: '3fr', minWidth: 240, show: ({ url }) => url },
            ]}
          />
        )}
      </Answer>
    </section>
  );
}

export const typesInWords = (types: readonly string[]) => (types.includes('*') ? 'Everything' : types.join(', '));

export interface Told {
  readonly name: string;
  readonly url: string;
  readonly types: readonly string[];
}

interface ToldFieldsProps {
  readonly told: Told;
  readonly onTold: (told: Told) => void;
  readonly problem?: string | undefined;
}

/** Who is told, where and of what. */
export function ToldFields({ told, onTold, problem }: ToldFieldsProps) {
  const events = useAnswer(['events'], ({ api }) => api.GET('/events'));
  const isAll = told.types.includes('*');
  const tick = (type: string, isNow: boolean) =>
    onTold({ ...told, types: isNow ? [...told.types, type] : told.types.filter((one) => one !== type) });
  return (
    <>
      <Field label="Who" value={told.name} onChange={(name) => onTold({ ...told, name })} isRequired />
      <Field
        label="Address"
        type="url"
        value={told.url}
        onChange={(url) => onTold({ ...told, url })}
        isRequired
        problem={problem}
        hint="An https address that the Internet can reach."
      />
      <fieldset className="ticks">
        <legend>Of what</legend>
        <Tick label="Everything" isTicked={isAll} onTick={(isNow) => onTold({ ...told, types: isNow ? ['*'] : [] })} />
        {!isAll &&
          events.data?.rows.map(({ type, title }) => (
            <Tick
              key={type}
              label={`${title} (${type})`}
              isTicked={told.types.includes(type)}
              onTick={(isNow) => tick(type, isNow)}
            />
          ))}
      </fieldset>
    </>
  );
}

const nobody: Told = { name: '', url: '', types: ['*'] };

export const isToldIncomplete = ({ name, url, types }: Told) =>
  name.trim() === '' || url.trim() === '' || types.length === 0;

function Make({ onMade }: { readonly onMade: (secret: string) => void }) {
  const [told, setTold] = useState(nobody);
  const make = useChange(
    ({ api, installation }, body: Told) =>
      api.POST('/installations/{installation}/subscriptions', {
        params: { path: { installation } },
        body: { ...body, types: [...body.types] },
      }),
    ['subscriptions'],
  );
  const send = (close: () => void) =>
    make.mutate(told, {
      onSuccess: ({ key }) => {
        onMade(key);
        setTold(nobody);
        close();
      },
    });
  return (
    <Ask trigger={<Button look="main">Add a subscriber</Button>} title="Add a subscriber">
      {(close) => (
        <>
          <p>It hears of what happens from now on, signed, in order, and again until it answers.</p>
          <ToldFields told={told} onTold={setTold} problem={problemsOf(make.error).get('url')} />
          <DialogFoot
            trouble={make.error}
            isDisabled={isToldIncomplete(told) || make.isPending}
            onStep={() => send(close)}
            onCancel={close}
          >
            Add it
          </DialogFoot>
        </>
      )}
    </Ask>
  );
}
