// A field that only the system has, filled by a constant or a formula over our record.
import { useState } from 'react';
import { Button, Choice, Field } from '../../parts/controls.tsx';
import { FormulaField, useCheck } from './formula.tsx';
import { PickField } from './pick.tsx';
import { SaveTrouble, useSaving } from './saving.tsx';
import { codecTitle, type Extra, extrasOf, type Full, type Kind, type Sides, withExtra } from './sides.ts';

interface ExtraProps {
  readonly draft: Full;
  readonly connection: string;
  readonly kind: Kind;
  readonly at: number;
  readonly sides: Sides;
  readonly title: string;
  readonly isOpen: boolean;
  readonly back: () => void;
}

const ways = [
  { id: 'constant', label: 'A constant' },
  { id: 'formula', label: 'A formula' },
] as const;

export function ExtraForm({ draft, connection, kind, at, sides, title, isOpen, back }: ExtraProps) {
  const saving = useSaving(draft);
  const before: Extra | undefined = extrasOf(saving.opened.content, connection, kind)[at];
  const [path, setPath] = useState(before?.at ?? '');
  const [way, setWay] = useState<'constant' | 'formula'>(before?.constant === undefined ? 'formula' : 'constant');
  const [text, setText] = useState(before?.formula ?? textOf(before?.constant));
  const checked = useCheck(kind, way === 'formula' ? text : null);
  const type = way === 'constant' ? typeOfConstant(text) : (checked?.type ?? null);
  const codecs = type === null ? [] : (sides.typedCodecs[type.replace('?', '')] ?? []);
  const [chosen, setChosen] = useState(before?.codec ?? '');
  const codec = codecs.includes(chosen) ? chosen : (codecs[0] ?? '');
  const problemAt = (part: string) =>
    saving.problems.find(({ field }) => field.endsWith(`.extra.${at}.${part}`))?.problem;
  const keep = (row: Extra | null) => saving.save(withExtra(saving.opened.content, [connection, kind, at], row), back);
  const row = way === 'formula' ? { formula: text } : { constant: constantOf(text) };
  return (
    <section className="stack mappings-form" aria-label="A field that only the system has">
      <h2>A field that only {title} has</h2>
      <PickField
        label={`Field in ${title}`}
        fields={sides.theirs.filter(({ isWritable }) => isWritable)}
        path={path}
        onChange={setPath}
        problem={problemAt('at')}
        isDisabled={!isOpen}
      />
      <Choice label="Filled with" options={ways} chosen={way} onChoose={setWay} isDisabled={!isOpen} />
      {way === 'constant' ? (
        <Field
          label="Constant"
          value={text}
          onChange={setText}
          hint="true and false are yes and no; everything else is taken as it stands."
          problem={problemAt('constant')}
          isDisabled={!isOpen}
        />
      ) : (
        <FormulaField
          {...{ kind, text, checked, isDisabled: !isOpen }}
          onChange={setText}
          problem={problemAt('formula')}
        />
      )}
      {type !== null && <p role="status">It makes a value of the type {type}.</p>}
      <Choice
        label="Written as"
        options={codecs.map((id) => ({ id, label: codecTitle(id) }))}
        chosen={codec || null}
        onChoose={setChosen}
        isDisabled={!isOpen || codecs.length === 0}
      />
      <SaveTrouble saving={saving} draft={draft} />
      {isOpen && (
        <div className="row">
          <Button
            look="main"
            isDisabled={saving.isPending || path === '' || codec === ''}
            onPress={() => keep({ at: path, codec, ...row })}
          >
            Save the row
          </Button>
          {before && <Button onPress={() => keep(null)}>Fill it no more</Button>}
          <Button look="quiet" onPress={back}>
            Cancel
          </Button>
        </div>
      )}
    </section>
  );
}

const textOf = (constant: unknown) => (constant === undefined ? '' : String(constant));
const isFlag = (text: string) => text === 'true' || text === 'false';
const constantOf = (text: string) => (isFlag(text) ? text === 'true' : text);
const typeOfConstant = (text: string) => (isFlag(text) ? 'bool' : /^-?\d+(\.\d+)?$/.test(text) ? 'Decimal' : 'string');
