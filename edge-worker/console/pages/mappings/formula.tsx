// A formula while it is written: completed as it is typed, checked by the hub once the typing rests, with the place of
// what is wrong, and with everything that may stand in it below.
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { Answer, useAnswer, useChange } from '../../asking.tsx';
import { after } from '../../clock.ts';
import { type FormulaWords, type Suggestion, type Suggestions, suggestAt } from './completion.ts';
import { Reference } from './reference.tsx';
import type { Kind } from './sides.ts';

interface Checked {
  readonly formula: string;
  readonly type: string | null;
  readonly problem: string | null;
  readonly next: string | null;
  readonly start: number | null;
  readonly end: number | null;
}

/** Asked once the typing has rested. */
const restMs = 250;

/** What the hub says of a formula as it stands; null until it has said so. */
export function useCheck(kind: Kind, formula: string | null): Checked | null {
  const { mutate, data } = useChange(
    async ({ api, installation }, text: string) => {
      const answered = await api.POST('/installations/{installation}/mapping-ground/check-formula', {
        params: { path: { installation } },
        body: { kind, formula: text },
      });
      const { data: found, ...rest } = answered;
      return found ? { ...rest, data: { ...found, formula: text } } : { ...rest };
    },
    ['formula'],
  );
  useEffect(() => {
    if (formula === null || formula.trim() === '') return undefined;
    return after(restMs, () => mutate(formula));
  }, [formula, mutate]);
  return data && data.formula === formula ? data : null;
}

function faultOf(checked: Checked | null, text: string): string | undefined {
  if (!checked || checked.problem === null) return undefined;
  const { start, end, problem, next } = checked;
  const place = start === null ? '' : ` At character ${start + 1}${end === null ? '' : `: ${text.slice(start, end)}`}.`;
  return `${problem}.${place} ${next ?? ''}`;
}

interface FormulaProps {
  readonly kind: Kind;
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly checked: Checked | null;
  /** What was said of it when it was saved. */
  readonly problem: string | undefined;
  readonly isDisabled: boolean;
}

export function FormulaField({ kind, text, checked, problem, ...rest }: FormulaProps) {
  const words = useAnswer(['formula-words', kind], ({ api, installation }) =>
    api.GET('/installations/{installation}/formula-words/{kind}', { params: { path: { installation, kind } } }),
  );
  const fault = text.trim() === '' ? undefined : (faultOf(checked, text) ?? problem);
  return (
    <>
      <Editor {...rest} text={text} fault={fault} words={words.data ?? null} />
      <Answer what="what may stand in it" answer={words}>
        {(found) => <Reference words={found} />}
      </Answer>
    </>
  );
}

interface EditorProps extends Pick<FormulaProps, 'text' | 'onChange' | 'isDisabled'> {
  readonly fault: string | undefined;
  /** Null while they are not known: it is written without suggestions. */
  readonly words: FormulaWords | null;
}

const nothing: Suggestions = { from: 0, to: 0, offered: [] };

function Editor({ text, onChange, isDisabled, fault, words }: EditorProps) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const [open, setOpen] = useState(nothing);
  const [active, setActive] = useState(0);
  const { offered, from, to } = open;
  const suggest = (value: string, caret: number, isAsked: boolean) => {
    setOpen(words ? suggestAt(value, caret, words, isAsked) : nothing);
    setActive(0);
  };
  const take = ({ text: taken, back }: Suggestion) => {
    const caret = from + taken.length - back;
    area.current?.setSelectionRange(from, to);
    // As if it were typed, so that it can be undone like typing; no other call of the browser does that. The field
    // holds it at once, and the caret is set before this key is done with: set any later, the next character typed
    // would come before it and stand in the wrong place.
    document.execCommand('insertText', false, taken);
    area.current?.setSelectionRange(caret, caret);
    setOpen(nothing);
  };
  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === ' ' && event.ctrlKey) suggest(text, event.currentTarget.selectionEnd, true);
    else if (offered.length === 0) return;
    else if (event.key === 'ArrowDown') setActive((active + 1) % offered.length);
    else if (event.key === 'ArrowUp') setActive((active - 1 + offered.length) % offered.length);
    else if (event.key === 'Escape') setOpen(nothing);
    else if (event.key === 'Enter' && offered[active]) take(offered[active]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const isOpen = offered.length > 0;
  return (
    <div className="field" {...(fault !== undefined && { 'data-invalid': true })}>
      <label htmlFor={id}>Formula</label>
      <div className="mappings-formula">
        <textarea
          id={id}
          ref={area}
          rows={4}
          value={text}
          disabled={isDisabled}
          spellCheck={false}
          autoCapitalize="off"
          aria-autocomplete="list"
          aria-invalid={fault !== undefined}
          aria-describedby={`${id}-hint ${id}-fault`}
          {...(isOpen && { 'aria-controls': `${id}-list`, 'aria-activedescendant': `${id}-${active}` })}
          onChange={({ currentTarget: { value, selectionEnd } }) => {
            onChange(value);
            suggest(value, selectionEnd, false);
          }}
          onSelect={({ currentTarget: { selectionEnd } }) => selectionEnd !== to && setOpen(nothing)}
          onKeyDown={press}
          onBlur={() => setOpen(nothing)}
        />
        {isOpen && <Offered {...{ id, offered, active }} onTake={take} />}
      </div>
      <p id={`${id}-hint`} slot="description">
        it is our record, as in it.name or default(it.practice, 'None'). Ctrl and Space show what may come next.
      </p>
      <p role="status" className="mappings-unseen">
        {isOpen && `${offered.length} suggestions: the arrow keys choose, Enter takes, Escape closes.`}
      </p>
      <p id={`${id}-fault`} className="react-aria-FieldError">
        {fault}
      </p>
    </div>
  );
}

interface OfferedProps {
  readonly id: string;
  readonly offered: readonly Suggestion[];
  readonly active: number;
  readonly onTake: (one: Suggestion) => void;
}

function Offered({ id, offered, active, onTake }: OfferedProps) {
  return (
    <div role="listbox" id={`${id}-list`} aria-label="What may come next" className="choice-list mappings-offered">
      {offered.map((one, at) => (
        // The keyboard stays in the field, which names the active one.
        // biome-ignore lint/a11y/useFocusableInteractive: see above
        <div
          key={one.label}
          role="option"
          id={`${id}-${at}`}
          aria-selected={at === active}
          className="choice-option"
          onPointerDown={(event) => {
            event.preventDefault();
            onTake(one);
          }}
        >
          <code>{one.label}</code> <span className="quiet">{one.detail}</span>
        </div>
      ))}
    </div>
  );
}
