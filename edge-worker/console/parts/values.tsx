// A record's values for reading: amounts, days, lists and names of fields, as they are kept in the record.
import { Link } from 'react-router';
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

/** Another record is gone to; what people call it is told there. */
function Words({ text }: { readonly text: string }) {
  if (isDay(text)) return <Day day={text} />;
  return isRecord(text) ? <Link to={`/records/${text}`}>{text}</Link> : text;
}

const isRecord = (text: string) => /^[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}$/.test(text);
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

export function Values({ values }: { readonly values: Readonly<Record<string, unknown>> }) {
  return (
    <dl className="values">
      {Object.entries(values).map(([name, value]) => (
        <div key={name}>
          <dt>{wordsFrom(name)}</dt>
          <dd>
            <Value value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
