// The form of a system's settings or secrets, drawn from the JSON Schema that the API tells of them.
import { Button, Choice, Field } from '../../parts/controls.tsx';
import { wordsFrom } from '../../parts/people.ts';
import { Many, Tick } from '../../parts/ticks.tsx';
import { type Draft, type DraftValue, formOf, type Pair, plainOf, type Schema } from './form-values.ts';
import './connections.css';

export interface SchemaFormProps {
  readonly schema: Schema;
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly problems?: ReadonlyMap<string, string>;
  readonly path: string;
  /** Single lines are not shown while they are written. */
  readonly isSecret?: boolean;
}

export function SchemaForm(props: SchemaFormProps) {
  const { schema, draft, onChange } = props;
  const fields = Object.entries(schema.properties ?? {});
  const isNeeded = (name: string) => schema.required?.includes(name) ?? false;
  const needed = fields.filter(([name]) => isNeeded(name));
  const other = fields.filter(([name]) => !isNeeded(name));
  const drawn = ([name, field]: readonly [string, Schema]) => (
    <OneField
      key={name}
      {...props}
      name={name}
      schema={field}
      isNeeded={isNeeded(name)}
      value={draft[name] ?? ''}
      onValue={(value) => onChange({ ...draft, [name]: value })}
    />
  );
  if (other.length === 0 || needed.length === 0) return <>{fields.map(drawn)}</>;
  return (
    <>
      {needed.map(drawn)}
      <details className="connections-more">
        <summary>{props.isSecret ? 'More' : 'More settings; what is usual is filled in'}</summary>
        <div className="stack">{other.map(drawn)}</div>
      </details>
    </>
  );
}

interface OneFieldProps extends Omit<SchemaFormProps, 'draft' | 'onChange'> {
  readonly name: string;
  readonly isNeeded: boolean;
  readonly value: DraftValue;
  readonly onValue: (value: DraftValue) => void;
}

function OneField(props: OneFieldProps) {
  const { name, value, onValue, isNeeded, problems, path, isSecret = false } = props;
  const schema = plainOf(props.schema);
  const label = schema.title ?? wordsFrom(name);
  const here = `${path}.${name}`;
  const problem = problems?.get(here);
  const shared = { label, hint: schema.description, problem, isRequired: isNeeded };
  switch (formOf(schema)) {
    case 'choice': {
      const options = (schema.enum ?? []).map((id) => ({ id, label: id === '' ? 'None' : id }));
      return <Choice label={label} options={options} chosen={String(value)} onChoose={onValue} />;
    }
    case 'flag':
      return <Tick label={label} isTicked={value === true} onTick={onValue} />;
    case 'many':
      return <Many {...shared} names={schema.items?.enum ?? []} value={value as readonly string[]} onValue={onValue} />;
    case 'table':
      return <PairTable {...shared} value={value as readonly Pair[]} onValue={onValue} />;
    case 'group':
      return (
        <fieldset className="ticks">
          <legend>{label}</legend>
          {schema.description !== undefined && <p className="quiet">{schema.description}</p>}
          <SchemaForm {...props} schema={schema} path={here} draft={value as Draft} onChange={onValue} />
        </fieldset>
      );
    case 'lines':
      return <Field {...shared} rows={4} value={String(value)} onChange={onValue} />;
    default:
      return <Field {...shared} type={isSecret ? 'password' : 'text'} value={String(value)} onChange={onValue} />;
  }
}

interface PairTableProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly problem?: string | undefined;
  readonly value: readonly Pair[];
  readonly onValue: (value: readonly Pair[]) => void;
}

function PairTable({ label, hint, problem, value, onValue }: PairTableProps) {
  const set = (at: number, pair: Pair) => onValue(value.map((one, index) => (index === at ? pair : one)));
  return (
    <fieldset className="ticks">
      <legend>{label}</legend>
      {hint !== undefined && <p className="quiet">{hint}</p>}
      {value.map(([left, right], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no names of their own and are not moved
        <div className="connections-pair" key={index}>
          <Field label={`Row ${index + 1}`} value={left} onChange={(text) => set(index, [text, right])} />
          <Field label="stands for" value={right} onChange={(text) => set(index, [left, text])} />
          <Button
            look="quiet"
            aria-label={`Remove row ${index + 1} of ${label}`}
            onPress={() => onValue(value.filter((_, at) => at !== index))}
          >
            Remove
          </Button>
        </div>
      ))}
      {problem !== undefined && <p className="ticks-problem">{problem}</p>}
      <div>
        <Button onPress={() => onValue([...value, ['', '']])}>Add a row</Button>
      </div>
    </fieldset>
  );
}
