// One thing that is ticked or not, and several of a list under one name.
import { wordsFrom } from './people.ts';
import './ticks.css';

interface TickProps {
  readonly label: string;
  readonly isTicked: boolean;
  readonly onTick: (isTicked: boolean) => void;
}

export function Tick({ label, isTicked, onTick }: TickProps) {
  return (
    <label className="tick">
      <input type="checkbox" checked={isTicked} onChange={(event) => onTick(event.target.checked)} />
      {label}
    </label>
  );
}

interface ManyProps {
  /** How a name is called; as it is written where nobody says. */
  readonly titleOf?: (name: string) => string;
  readonly label: string;
  readonly names: readonly string[];
  readonly problem?: string | undefined;
  readonly value: readonly string[];
  readonly onValue: (value: readonly string[]) => void;
}

export function Many({ label, names, problem, value, onValue, titleOf = wordsFrom }: ManyProps) {
  const tick = (name: string, isTicked: boolean) =>
    onValue(isTicked ? [...value, name] : value.filter((one) => one !== name));
  return (
    <fieldset className="ticks">
      <legend>{label}</legend>
      <div className="row">
        {names.map((name) => (
          <Tick
            key={name}
            label={titleOf(name)}
            isTicked={value.includes(name)}
            onTick={(isTicked) => tick(name, isTicked)}
          />
        ))}
      </div>
      {problem !== undefined && <p className="ticks-problem">{problem}</p>}
    </fieldset>
  );
}

/** In a row of a table, where the columns around it say what is ticked. */
export function TickCell({ label, isTicked, onTick }: TickProps) {
  return (
    <input type="checkbox" aria-label={label} checked={isTicked} onChange={(event) => onTick(event.target.checked)} />
  );
}

export function toggled(ticked: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const after = new Set(ticked);
  if (!after.delete(id)) after.add(id);
  return after;
}
