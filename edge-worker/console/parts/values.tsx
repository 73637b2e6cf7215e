// A record's values for reading: amounts, days, lists and names of fields, as they are kept in the record; and other
// records under what people call them.
import { createContext, type ReactNode, useContext } from 'react';
import { Link } from 'react-router';
import type { Shape } from '../client.ts';
import { Amount, Day } from './figures.tsx';
import { wordsFrom } from './people.ts';
import './values.css';

export function Value({ value }: { readonly value: unknown }) {
  if (value === null || value === undefined || value === '') return <span className="quiet">—</span>;
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'string') return <Words text={value} />;
  if (typeof value !== 'object') return String(value);
  if (isMoney(value)) return <Amount value={value} />;
  if (Array.isArray(value)) return <Lines lines={value} />;
  return <Values values={value as Readonly<Record<string, unknown>>} />;
}

type Named = Shape<'Comparison'>['names'];
const NamesContext = createContext<Named>({});

/** What the records are called that are named by their ids within. */
export function Names({ of, children }: { readonly of: Named; readonly children: ReactNode }) {
  return <NamesContext value={of}>{children}</NamesContext>;
}

/** Another record, under what people call it, with the way to it. */
export function Other({ entity }: { readonly entity: string }) {
  const { title, label } = useContext(NamesContext)[entity] ?? {};
  return (
    <Link to={`/records/${entity}`} title={title}>
      {label ?? (title === undefined ? entity : `${title} ${entity.slice(-6)}`)}
    </Link>
  );
}

/** A record where it is known by this id, and else the text as it is. */
export function OrOther({ text }: { readonly text: string }) {
  return text in useContext(NamesContext) ? <Other entity={text} /> : text;
}

const records = /\b([a-z]{3}_[0-9A-HJKMNP-TV-Z]{26})\b/;

/** A sentence in which records may be named by their ids. */
export function Said({ text }: { readonly text: string }) {
  return text.split(records).map((piece, index) =>
    // Every other piece is what the pattern found; pieces of a sentence are not moved.
    // biome-ignore lint/suspicious/noArrayIndexKey: as above
    index % 2 === 0 ? piece : <Other key={index} entity={piece} />,
  );
}

function Words({ text }: { readonly text: string }) {
  return isDay(text) ? <Day day={text} /> : <Said text={text} />;
}

const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text);

function isMoney(value: object): value is { amountMinor: string; currency: string; exponent: number } {
  return 'amountMinor' in value && 'currency' in value && 'exponent' in value;
}

function Lines({ lines }: { readonly lines: readonly unknown[] }) {
  if (lines.length === 0) return <span className="quiet">—</span>;
  return (
    <ol className="values-lines">
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no names of their own and are not moved
        <li key={index}>
          <Value value={line} />
        </li>
      ))}
    </ol>
  );
}

interface ValuesProps {
  readonly values: Readonly<Record<string, unknown>>;
  readonly titleOf?: (name: string) => string;
}

export function Values({ values, titleOf = wordsFrom }: ValuesProps) {
  return (
    <dl className="values">
      {Object.entries(values).map(([name, value]) => (
        <div key={name}>
          <dt>{titleOf(name)}</dt>
          <dd>
            <Value value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
