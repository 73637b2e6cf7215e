// A calendar of working time: where its clock goes, from when until when people work, and the days they do not.
import { Button, Field } from '../../parts/controls.tsx';
import { type CalendarDraft, type Weekday, weekdays } from './values.ts';

interface CalendarProps {
  readonly calendar: CalendarDraft;
  readonly problems: ReadonlyMap<string, string>;
  readonly onChange: (calendar: CalendarDraft) => void;
  readonly onRemove: () => void;
}

const dayNames = new Intl.DateTimeFormat(undefined, { weekday: 'long', timeZone: 'UTC' });
/** A Monday. */
const firstMs = Date.UTC(2024, 0, 1);
const dayName = (day: Weekday) => dayNames.format(firstMs + weekdays.indexOf(day) * 86_400_000);

export function CalendarForm({ calendar, problems, onChange, onRemove }: CalendarProps) {
  const { key, name, zone, from, to, holidays } = calendar;
  const title = name.trim() === '' ? 'A new calendar' : name;
  return (
    <fieldset className="card stack targets-calendar">
      <legend>{title}</legend>
      <div className="targets-pair">
        <Field
          label="Its name"
          value={name}
          onChange={(next) => onChange({ ...calendar, name: next })}
          problem={problems.get(`${key} name`)}
        />
        <Field
          label="Time zone"
          value={zone}
          onChange={(next) => onChange({ ...calendar, zone: next })}
          problem={problems.get(`${key} zone`)}
          placeholder="Europe/Berlin"
        />
      </div>
      <table className="targets-hours">
        <caption>Working hours; a day without is free</caption>
        <tbody>
          {weekdays.map((day) => (
            <tr key={day}>
              <th scope="row">{dayName(day)}</th>
              <td>
                <Hour
                  label={`${dayName(day)}, from`}
                  value={from[day]}
                  onChange={(hour) => onChange({ ...calendar, from: { ...from, [day]: hour } })}
                />
              </td>
              <td>
                <Hour
                  label={`${dayName(day)}, until`}
                  value={to[day]}
                  onChange={(hour) => onChange({ ...calendar, to: { ...to, [day]: hour } })}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {problems.has(`${key} hours`) && <p className="targets-problem">{problems.get(`${key} hours`)}</p>}
      <Field
        label="Holidays"
        value={holidays}
        onChange={(next) => onChange({ ...calendar, holidays: next })}
        rows={3}
        hint="Days like 2026-12-25, one a line."
        problem={problems.get(`${key} holidays`)}
      />
      <div>
        <Button look="quiet" onPress={onRemove}>
          Remove {title}
        </Button>
      </div>
    </fieldset>
  );
}

interface HourProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Hour({ label, value, onChange }: HourProps) {
  return <input type="time" aria-label={label} value={value} onChange={(event) => onChange(event.target.value)} />;
}
