// Everything that may stand in a formula: the fields of its record with a real value, every function with an example.
import { useState } from 'react';
import { Field } from '../../parts/controls.tsx';
import { Value } from '../../parts/values.tsx';
import type { FormulaWords } from './completion.ts';

export function Reference({ words }: { readonly words: FormulaWords }) {
  const [asked, ask] = useState('');
  const fits = (...texts: readonly string[]) => texts.join(' ').toLowerCase().includes(asked.trim().toLowerCase());
  const { records, functions, sample } = words;
  const own = records.at(-1);
  return (
    <details className="mappings-reference">
      <summary>Fields and functions</summary>
      <div className="stack-close">
        <Field label="Look for a field or a function" type="search" value={asked} onChange={ask} />
        {[...records].reverse().map(({ name, fields }) => {
          const shown = fields.filter((field) => fits(field.name, field.title, field.type));
          if (shown.length === 0) return null;
          return (
            <section key={name} aria-label={name === own?.name ? 'Fields of our record' : `Fields of ${name}`}>
              <h3>{name === own?.name ? 'Fields of our record' : `Of each element: ${name}`}</h3>
              <dl>
                {shown.map((field) => (
                  <div key={field.name}>
                    <dt>
                      <code>{name === own?.name ? `it.${field.name}` : field.name}</code>{' '}
                      <span className="quiet">{field.type}</span>
                    </dt>
                    <dd>
                      {field.title}
                      {field.choices && `: ${field.choices.join(', ')}`}
                      {name === own?.name && sample?.[field.name] != null && (
                        <>
                          , here <Value value={sample[field.name]} />
                        </>
                      )}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
        <section aria-label="Functions">
          <h3>Functions</h3>
          <dl>
            {functions
              .filter(({ name, says, example }) => fits(name, says, example))
              .map(({ name, after, takes, says, example }) => (
                <div key={`${after} ${name}`}>
                  <dt>
                    <code>
                      {after === null ? '' : '….'}
                      {name}({takes})
                    </code>
                  </dt>
                  <dd>
                    {says} {after !== null && <span className="quiet">After a {after}.</span>} <code>{example}</code>
                  </dd>
                </div>
              ))}
          </dl>
        </section>
        <p className="quiet">
          Beside them: == != &lt; &lt;= &gt; &gt;= in &amp;&amp; || ! and condition ? one : other. Amounts and decimals
          are added with add and sub.
        </p>
      </div>
    </details>
  );
}
