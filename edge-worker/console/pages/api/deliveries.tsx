// What one subscriber was told, the newest first, and telling some of it once more.
import { useState } from 'react';
import { Answer, troubleOf, useChange, usePages } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Button, Choice } from '../../parts/controls.tsx';
import { Instant } from '../../parts/figures.tsx';
import { Grid } from '../../parts/grid.tsx';
import { Badge, Empty, type Tone } from '../../parts/states.tsx';
import { TickCell, toggled } from '../../parts/ticks.tsx';
import { Names, OrOther } from '../../parts/values.tsx';

const states = {
  delivered: ['good', 'Told'],
  failing: ['warning', 'Trying again'],
  refused: ['bad', 'Refused'],
} as const satisfies Record<string, readonly [Tone, string]>;
const choices = [
  { id: 'all', label: 'All' },
  { id: 'failing', label: 'Trying again' },
  { id: 'refused', label: 'Refused' },
] as const;
const pageMax = 100;
const watchEveryMs = 5_000;
/** As many as one request may name. */
const againMax = 100;

export function Deliveries({ subscription }: { readonly subscription: string }) {
  const [state, setState] = useState<(typeof choices)[number]['id']>('all');
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const told = usePages(
    ['subscriptions', subscription, 'deliveries', state],
    ({ api, installation }, after) =>
      api.GET('/installations/{installation}/subscriptions/{subscription}/deliveries', {
        params: {
          path: { installation, subscription },
          query: { limit: pageMax, ...(state !== 'all' && { state }), ...(after !== null && { after }) },
        },
      }),
    { everyMs: watchEveryMs },
  );
  return (
    <section className="stack-close" aria-label="What it was told">
      <div className="row-apart">
        <h2>What it was told</h2>
        <Again subscription={subscription} events={[...ticked]} onDone={() => setTicked(new Set())} />
      </div>
      <div className="api-filter">
        <Choice label="Show" options={choices} chosen={state} onChoose={setState} />
      </div>
      <Answer what="what it was told" answer={told.answer}>
        {({ pages }) => (
          <Names of={Object.assign({}, ...pages.map(({ names }) => names))}>
            <Rows rows={told.rows} onEnd={told.more} ticked={ticked} onTick={setTicked} />
          </Names>
        )}
      </Answer>
    </section>
  );
}

interface RowsProps {
  readonly rows: readonly Shape<'EventDelivery'>[];
  readonly onEnd: () => void;
  readonly ticked: ReadonlySet<string>;
  readonly onTick: (ticked: ReadonlySet<string>) => void;
}

function Rows({ rows, onEnd, ticked, onTick }: RowsProps) {
  return (
    <Grid
      label="What it was told"
      lines={rows}
      idOf={({ event }) => event}
      onEnd={onEnd}
      empty={<Empty title="Nothing to show">What it is told from now on appears here.</Empty>}
      columns={[
        {
          id: 'again',
          title: 'Again',
          width: 70,
          minWidth: 70,
          show: ({ event, type }) => (
            <TickCell
              label={`Tell ${type} again`}
              isTicked={ticked.has(event)}
              onTick={() => onTick(toggled(ticked, event))}
            />
          ),
        },
        { id: 'type', title: 'Event', isName: true, width: '2fr', minWidth: 170, show: ({ type }) => type },
        {
          id: 'state',
          title: 'State',
          minWidth: 130,
          show: ({ state }) => <Badge tone={states[state][0]}>{states[state][1]}</Badge>,
        },
        {
          id: 'subject',
          title: 'About',
          width: '2fr',
          minWidth: 150,
          show: ({ subject }) => <OrOther text={subject} />,
        },
        { id: 'attempts', title: 'Tries', isFigure: true, minWidth: 70, show: ({ attempts }) => attempts },
        {
          id: 'answer',
          title: 'Answer',
          width: '2fr',
          minWidth: 140,
          show: ({ status, problem }) => problem ?? (status === null ? '' : String(status)),
        },
        { id: 'at', title: 'Last tried', minWidth: 200, show: ({ at }) => <Instant atMs={Date.parse(at)} /> },
      ]}
    />
  );
}

interface AgainProps {
  readonly subscription: string;
  readonly events: readonly string[];
  readonly onDone: () => void;
}

function Again({ subscription, events, onDone }: AgainProps) {
  const again = useChange(
    ({ api, installation }, chosen: readonly string[]) =>
      api.POST('/installations/{installation}/subscriptions/{subscription}/replay', {
        params: { path: { installation, subscription } },
        body: { events: [...chosen] },
      }),
    ['subscriptions'],
  );
  const isTooMany = events.length > againMax;
  return (
    <div className="row">
      {again.error && <span role="alert">{troubleOf(again.error).detail}</span>}
      {isTooMany && <span>At most {againMax} at a time; for more choose a day above.</span>}
      <Button
        isDisabled={events.length === 0 || isTooMany || again.isPending}
        onPress={() => again.mutate(events, { onSuccess: onDone })}
      >
        Tell these again
      </Button>
    </div>
  );
}
