// A field that only the system has, filled by a constant or a formula over our record.
import { codecTitle } from '../../../../shared/codec-words.ts';
import { Button, Choice, Field } from '../../parts/controls.tsx';
import { FormulaField, useCheck } from './formula.tsx';
import { PickField } from './pick.tsx';
import { FormTrouble, useForm } from './saving.tsx';
import { type Extra, extrasOf, type Full, type Kind, rowPlaceOf, type Sides, withExtra } from './sides.ts';

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
  const savedIn = (content: Full['content']) => writtenOf(extrasOf(content, connection, kind)[at]);
  const place = [rowPlaceOf(draft, connection, kind, `=${at}`), `A field of ${title} alone`] as const;
  const form = useForm(draft, place, savedIn, back);
  const { saving, writing, leave } = form;
  const before: Extra | undefined = extrasOf(saving.opened.content, connection, kind)[at];
  const { path, way, text, chosen } = writing.value;
  const set = (change: Partial<Written>) => writing.set({ ...writing.value, ...change });
  const checked = useCheck(kind, way === 'formula' ? text : null);
  const type = way === 'constant' ? typeOfConstant(text) : (checked?.type ?? null);
  const codecs = type === null ? [] : (sides.typedCodecs[type.replace('?', '')] ?? []);
  const codec = codecs.includes(chosen) ? chosen : (codecs[0] ?? '');
  const problemAt = (part: string) =>
    saving.problems.find(({ field }) => field.endsWith(`.extra.${at}.${part}`))?.problem;
  const keep = (row: Extra | null) => form.save(withExtra(saving.opened.content, [connection, kind, at], row));
  const row = way === 'formula' ? { formula: text } : { constant: constantOf(text) };
  return (
    <section className="stack mappings-form" aria-label="A field that only the system has">
      <h2>A field that only {title} has</h2>
      <PickField
        label={`Field in ${title}`}
        fields={sides.theirs.filter(({ isWritable }) => isWritable)}
        path={path}
        onChange={(there) => set({ path: there })}
        problem={problemAt('at')}
        isDisabled={!isOpen}
      />
      <Choice
        label="Filled with"
        options={ways}
        chosen={way}
        onChoose={(one) => set({ way: one })}
        isDisabled={!isOpen}
      />
      <FilledWith {...{ kind, way, text, checked, problemAt, isOpen }} onChange={(written) => set({ text: written })} />
      {type !== null && <p role="status">It makes a value of the type {type}.</p>}
      <Choice
        label="Written as"
        options={codecs.map((id) => ({ id, label: codecTitle(id) }))}
        chosen={codec || null}
        onChoose={(id) => set({ chosen: id })}
        isDisabled={!isOpen || codecs.length === 0}
      />
      <FormTrouble form={form} draft={draft} />
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
          <Button look="quiet" onPress={leave}>
            Cancel
          </Button>
        </div>
      )}
    </section>
  );
}

interface FilledProps extends Pick<Written, 'way' | 'text'> {
  readonly kind: Kind;
  readonly checked: ReturnType<typeof useCheck>;
  readonly problemAt: (part: string) => string | undefined;
  readonly isOpen: boolean;
  readonly onChange: (text: string) => void;
}

function FilledWith({ kind, way, text, checked, problemAt, isOpen, onChange }: FilledProps) {
  if (way === 'formula')
    return <FormulaField {...{ kind, text, checked, onChange, isDisabled: !isOpen }} problem={problemAt('formula')} />;
  return (
    <Field
      label="Constant"
      value={text}
      onChange={onChange}
      hint="true and false are yes and no; everything else is taken as it stands."
      problem={problemAt('constant')}
      isDisabled={!isOpen}
    />
  );
}

interface Written {
  readonly path: string;
  readonly way: 'constant' | 'formula';
  readonly text: string;
  /** The codec; empty while none is chosen. */
  readonly chosen: string;
}

function writtenOf(row: Extra | undefined): Written {
  const way = row?.constant === undefined ? 'formula' : 'constant';
  return { path: row?.at ?? '', way, text: row?.formula ?? textOf(row?.constant), chosen: row?.codec ?? '' };
}

const textOf = (constant: unknown) => (constant === undefined ? '' : String(constant));
const isFlag = (text: string) => text === 'true' || text === 'false';
const constantOf = (text: string) => (isFlag(text) ? text === 'true' : text);
const typeOfConstant = (text: string) => (isFlag(text) ? 'bool' : /^-?\d+(\.\d+)?$/.test(text) ? 'Decimal' : 'string');
