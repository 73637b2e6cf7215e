// A destination of alerts as a form: who it is, by which channel and where, whose alerts it hears, and how severe ones.
import { useState } from 'react';
import { problemsOf, useChange } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Choice, Field } from '../../parts/controls.tsx';
import { ownerTitle } from '../../parts/people.ts';
import { Step } from '../../parts/step.tsx';
import { Many } from '../../parts/ticks.tsx';

type Alerts = Shape<'Alerts'>;
type Destination = Alerts['destinations'][number];
type Channels = Alerts['channels'];

const owners = ['sales', 'finance', 'delivery', 'integration', 'operator'] as const;
const severities = [
  { id: 'warning', label: 'All of them' },
  { id: 'critical', label: 'Critical ones only' },
] as const;

interface Draft {
  readonly name: string;
  readonly channel: string;
  /** Empty in a change: it goes where it went. */
  readonly place: string;
  readonly owners: readonly string[];
  readonly least: Destination['least'];
}

interface FieldsProps {
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
  readonly channels: Channels;
  readonly problems: ReadonlyMap<string, string>;
  readonly isNew: boolean;
}

function Fields({ draft, onDraft, channels, problems, isNew }: FieldsProps) {
  const channel = channels.find((one) => one.channel === draft.channel);
  return (
    <>
      <Field
        label="Who"
        value={draft.name}
        onChange={(name) => onDraft({ ...draft, name })}
        isRequired
        problem={problems.get('name')}
      />
      {isNew && (
        <Choice
          label="By"
          options={channels.map(({ channel: id, title, isReady }) => ({
            ...{ id, label: title },
            ...(!isReady && { hint: 'Whoever runs the hub has not set it up' }),
          }))}
          chosen={draft.channel}
          onChoose={(chosen) => onDraft({ ...draft, channel: chosen })}
        />
      )}
      <Field
        label={channel?.place.title ?? 'Where'}
        value={draft.place}
        onChange={(place) => onDraft({ ...draft, place })}
        isRequired={isNew}
        hint={isNew ? channel?.place.hint : 'Left empty, it stays as it is.'}
        problem={problems.get('place')}
      />
      <Many
        label="Whose alerts; none means everybody’s"
        names={owners}
        titleOf={ownerTitle}
        value={draft.owners}
        onValue={(chosen) => onDraft({ ...draft, owners: chosen })}
      />
      <Choice
        label="How severe"
        options={severities}
        chosen={draft.least}
        onChoose={(least) => onDraft({ ...draft, least })}
      />
    </>
  );
}

interface AddProps {
  readonly channels: Channels;
  /** The key that signs its calls, where the channel has one. */
  readonly onKey: (key: string) => void;
}

export function AddDestination({ channels, onKey }: AddProps) {
  const first = channels.find(({ isReady }) => isReady)?.channel ?? '';
  const nobody: Draft = { name: '', channel: first, place: '', owners: [], least: 'warning' };
  const [draft, setDraft] = useState(nobody);
  const make = useChange(
    ({ api, installation }, { name, channel, place, least, owners: whose }: Draft) =>
      api.POST('/installations/{installation}/alerts/destinations', {
        params: { path: { installation } },
        body: { name, channel, place: place.trim(), least, owners: whose as Destination['owners'] },
      }),
    ['alerts'],
  );
  return (
    <Step
      title="Add somebody"
      look="main"
      text="They are told of what rises from now on."
      isIncomplete={draft.name.trim() === '' || draft.place.trim() === ''}
      isPending={make.isPending}
      trouble={make.error}
      onStep={(_, close) =>
        make.mutate(draft, {
          onSuccess: ({ key }) => {
            onKey(key);
            setDraft(nobody);
            close();
          },
        })
      }
    >
      <Fields draft={draft} onDraft={setDraft} channels={channels} problems={problemsOf(make.error)} isNew />
    </Step>
  );
}

export function ChangeDestination({ one, channels, onKey }: AddProps & { readonly one: Destination }) {
  const { destination, name, channel, owners: whose, least } = one;
  const [draft, setDraft] = useState<Draft>({ name, channel, place: '', owners: whose, least });
  const alter = useChange(
    ({ api, installation }, given: Draft) =>
      api.PATCH('/installations/{installation}/alerts/destinations/{destination}', {
        params: { path: { installation, destination } },
        body: {
          ...{ name: given.name, least: given.least, owners: given.owners as Destination['owners'] },
          ...(given.place.trim() !== '' && { place: given.place.trim() }),
        },
      }),
    ['alerts'],
  );
  return (
    <Step
      title="Change"
      text="A new place is tried at once; where calls are signed it comes with a new key."
      isIncomplete={draft.name.trim() === ''}
      isPending={alter.isPending}
      trouble={alter.error}
      onStep={(_, close) =>
        alter.mutate(draft, {
          onSuccess: ({ key }) => {
            onKey(key);
            close();
          },
        })
      }
    >
      <Fields draft={draft} onDraft={setDraft} channels={channels} problems={problemsOf(alter.error)} isNew={false} />
    </Step>
  );
}
