// Quiet hours: when nobody is told, on whose clock, and what is told all the same.
import { useState } from 'react';
import { problemsOf, useChange } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Choice, Field } from '../../parts/controls.tsx';
import { Step } from '../../parts/step.tsx';
import { Many } from '../../parts/ticks.tsx';

type QuietHours = NonNullable<Shape<'QuietHours'>>;

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const dayNames = new Intl.DateTimeFormat(undefined, { weekday: 'long', timeZone: 'UTC' });
/** A Monday. */
const firstMs = Date.UTC(2024, 0, 1);
const dayName = (day: string) =>
  dayNames.format(firstMs + weekdays.indexOf(day as (typeof weekdays)[number]) * 86_400_000);
const always = 'nothing';
const breaking = [
  { id: always, label: 'Nothing' },
  { id: 'critical', label: 'Critical alerts' },
] as const;

export function Quiet({ quiet }: { readonly quiet: QuietHours | null }) {
  const set = useSet();
  return (
    <section className="stack-close" aria-label="Quiet hours">
      <h2>Quiet hours</h2>
      <p>
        {quiet === null
          ? 'None: alerts are told by day and by night.'
          : `They are quiet ${quietText(quiet)}. What rises then is told when they are over.`}
      </p>
      <div className="row">
        <Change quiet={quiet} />
        {quiet !== null && (
          <Step
            title="No quiet hours"
            text="Alerts are told by day and by night."
            isPending={set.isPending}
            trouble={set.error}
            onStep={(_, close) => set.mutate(null, { onSuccess: close })}
          />
        )}
      </div>
    </section>
  );
}

export function quietText({ zone, from, to, days = [], breaksThrough }: QuietHours): string {
  const whole = days.length === 0 ? '' : `, and all of ${days.map(dayName).join(', ')}`;
  const but = breaksThrough === null ? '' : '; critical alerts are told all the same';
  return `from ${from} until ${to}${whole} (${zone})${but}`;
}

const useSet = () =>
  useChange(
    ({ api, installation }, quiet: QuietHours | null) =>
      api.PUT('/installations/{installation}/alerts/quiet-hours', {
        params: { path: { installation } },
        body: { quiet },
      }),
    ['alerts'],
  );

function Change({ quiet }: { readonly quiet: QuietHours | null }) {
  const set = useSet();
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const [hours, setHours] = useState<QuietHours>(
    quiet ?? { zone: timeZone, from: '20:00', to: '07:00', days: ['sat', 'sun'], breaksThrough: 'critical' },
  );
  const problems = problemsOf(set.error);
  return (
    <Step
      title="Set quiet hours"
      text="What rises then is told when they are over, unless it is over before."
      isPending={set.isPending}
      trouble={set.error}
      onStep={(_, close) => set.mutate(hours, { onSuccess: close })}
    >
      <Field
        label="From"
        type="time"
        value={hours.from}
        onChange={(from) => setHours({ ...hours, from })}
        problem={problems.get('quiet.from')}
      />
      <Field
        label="Until"
        type="time"
        value={hours.to}
        onChange={(to) => setHours({ ...hours, to })}
        problem={problems.get('quiet.to')}
      />
      <Field
        label="Time zone"
        value={hours.zone}
        onChange={(zone) => setHours({ ...hours, zone })}
        placeholder="Europe/Berlin"
        problem={problems.get('quiet.zone')}
      />
      <Many
        label="Days that are quiet as a whole"
        names={weekdays}
        titleOf={dayName}
        value={hours.days ?? []}
        onValue={(days) => setHours({ ...hours, days: days as NonNullable<QuietHours['days']> })}
      />
      <Choice
        label="What is told all the same"
        options={breaking}
        chosen={hours.breaksThrough === null ? always : 'critical'}
        onChoose={(id) => setHours({ ...hours, breaksThrough: id === always ? null : 'critical' })}
      />
    </Step>
  );
}
