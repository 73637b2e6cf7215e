// The form of the targets: how long each passage may take, in whose working time, who is asked, and what is good.
import { type Dispatch, type SetStateAction, useState } from 'react';
import { Link } from 'react-router';
import { Button, Choice, Field } from '../../parts/controls.tsx';
import { DialogFoot } from '../../parts/dialog-foot.tsx';
import { ownerTitle } from '../../parts/people.ts';
import { Note } from '../../parts/states.tsx';
import type { Indicator } from '../overview/shown.ts';
import { CalendarForm } from './calendar.tsx';
import { useHandIn } from './saving.ts';
import {
  type CalendarDraft,
  contentOf,
  type Draft,
  draftOf,
  emptyCalendar,
  everyMinute,
  lengths,
  type PassageDraft,
  problemsIn,
  type Targets,
} from './values.ts';

interface FormProps {
  readonly targets: Targets;
  readonly indicators: readonly Indicator[];
  readonly onClose: () => void;
}

interface PartProps {
  readonly draft: Draft;
  readonly setDraft: Dispatch<SetStateAction<Draft>>;
  readonly problems: ReadonlyMap<string, string>;
}

export function TargetsForm({ targets, indicators, onClose }: FormProps) {
  const [draft, setDraft] = useState(() => draftOf(targets, indicators));
  const [note, setNote] = useState('');
  const handIn = useHandIn();
  const problems = problemsIn(draft);
  const part = { draft, setDraft, problems };
  if (handIn.data)
    return (
      <Note tone="good">
        <p role="status">
          Handed to an approver. They find it under <Link to="/mappings">Mappings</Link>; until they publish it, the
          targets stay as they are.
        </p>
        <Button onPress={onClose}>Close</Button>
      </Note>
    );
  return (
    <section className="stack" aria-label="Change the targets">
      <h2>Change the targets</h2>
      <Passages {...part} />
      <Calendars {...part} />
      <Goals {...part} />
      <Field label="Why, for the approver" value={note} onChange={setNote} rows={2} />
      <DialogFoot
        trouble={handIn.error}
        isDisabled={problems.size > 0 || handIn.isPending}
        onStep={() => handIn.mutate({ targets: contentOf(draft), note: note.trim() })}
        onCancel={onClose}
      >
        Hand it to an approver
      </DialogFoot>
    </section>
  );
}

const owners = (['sales', 'finance', 'delivery', 'integration'] as const).map((id) => ({ id, label: ownerTitle(id) }));

function Passages({ draft, setDraft, problems }: PartProps) {
  const calendars = [
    { id: everyMinute, label: 'Every minute counts' },
    ...draft.calendars.filter(({ name }) => name.trim() !== '').map(({ name }) => ({ id: name.trim(), label: name })),
  ];
  const put = (changed: PassageDraft) =>
    setDraft((before) => ({
      ...before,
      passages: before.passages.map((one) => (one.passage === changed.passage ? changed : one)),
    }));
  return (
    <>
      {draft.passages.map((one) => (
        <fieldset key={one.passage} className="card targets-passage">
          <legend>{one.title}</legend>
          <Field
            label="At most"
            value={one.amount}
            onChange={(amount) => put({ ...one, amount })}
            problem={problems.get(one.passage)}
          />
          <Choice label="Counted in" options={lengths} chosen={one.unit} onChoose={(unit) => put({ ...one, unit })} />
          <Choice
            label="Of which time"
            options={calendars}
            chosen={one.calendar}
            onChoose={(calendar) => put({ ...one, calendar })}
          />
          <Choice
            label="Who is asked"
            options={owners}
            chosen={one.owner}
            onChoose={(owner) => put({ ...one, owner })}
          />
        </fieldset>
      ))}
    </>
  );
}

/** A calendar that changes its name is followed by whatever used it; one that goes leaves every minute behind. */
function renamed(draft: Draft, from: string, to: string): Draft['passages'] {
  return draft.passages.map((one) => (one.calendar === from ? { ...one, calendar: to } : one));
}

function Calendars({ draft, setDraft, problems }: PartProps) {
  const put = (changed: CalendarDraft) =>
    setDraft((before) => {
      const old = before.calendars.find(({ key }) => key === changed.key);
      return {
        ...before,
        calendars: before.calendars.map((one) => (one.key === changed.key ? changed : one)),
        passages: old ? renamed(before, old.name.trim(), changed.name.trim() || everyMinute) : before.passages,
      };
    });
  const remove = ({ key, name }: CalendarDraft) =>
    setDraft((before) => ({
      ...before,
      calendars: before.calendars.filter((one) => one.key !== key),
      passages: renamed(before, name.trim(), everyMinute),
    }));
  const add = () =>
    setDraft((before) => {
      const key = Math.max(-1, ...before.calendars.map((one) => one.key)) + 1;
      const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
      return { ...before, calendars: [...before.calendars, emptyCalendar(key, timeZone)] };
    });
  return (
    <>
      <h3>Calendars</h3>
      {draft.calendars.map((calendar) => (
        <CalendarForm
          key={calendar.key}
          calendar={calendar}
          problems={problems}
          onChange={put}
          onRemove={() => remove(calendar)}
        />
      ))}
      <div>
        <Button onPress={add}>Add a calendar</Button>
      </div>
    </>
  );
}

function Goals({ draft, setDraft, problems }: PartProps) {
  return (
    <>
      <h3>What counts as good</h3>
      <div className="targets-goals">
        {draft.goals.map((goal) => (
          <Field
            key={goal.name}
            label={`${goal.title} (${goal.counted})`}
            value={goal.text}
            problem={problems.get(goal.name)}
            onChange={(text) =>
              setDraft((before) => ({
                ...before,
                goals: before.goals.map((one) => (one.name === goal.name ? { ...one, text } : one)),
              }))
            }
          />
        ))}
      </div>
      <p className="quiet">Nothing in a field means that no target is set.</p>
    </>
  );
}
