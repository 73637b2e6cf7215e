// A field of a system, looked for among hundreds by its label or its path; a path of the system's own may be typed.
import { useMemo, useState } from 'react';
import {
  Button as AriaButton,
  ComboBox,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  ListLayout,
  Popover,
  Text,
  Virtualizer,
} from 'react-aria-components';
import { briefly, type TheirField } from './sides.ts';

export interface PickProps {
  readonly label: string;
  readonly fields: readonly TheirField[];
  readonly path: string;
  readonly onChange: (path: string) => void;
  readonly problem?: string | undefined;
  readonly isDisabled: boolean;
}

const rowHeightPx = 48;

export function PickField({ label, fields, path, onChange, problem, isDisabled }: PickProps) {
  // One that is chosen stands before all the others once they are asked for. While somebody types it is one of those
  // that fit: `name` may be on the way to `name_of_parent`.
  const [isTyped, setTyped] = useState(false);
  // Kept, so that of hundreds only those are drawn anew that have changed.
  const named = useMemo(() => fields.map((field) => ({ ...field, id: field.path })), [fields]);
  const known = named.find((field) => field.path === path);
  const others = known && !isTyped ? named.filter((field) => field !== known) : [];
  const offered = known && !isTyped ? [known, ...others] : named.filter((field) => fits(field, path));
  return (
    <ComboBox
      className="field"
      inputValue={path}
      onInputChange={onChange}
      onOpenChange={(isOpen) => !isOpen && setTyped(false)}
      allowsCustomValue
      items={offered}
      isInvalid={problem !== undefined}
      isDisabled={isDisabled}
    >
      <Label>{label}</Label>
      <div className="mappings-pick">
        {/* What is chosen changes the value as well, and is not typed. */}
        <Input onInput={() => setTyped(true)} />
        <AriaButton className="button" aria-label="Show the fields">
          <span aria-hidden="true" className="choice-arrow" />
        </AriaButton>
      </div>
      <Text slot="description">
        {known ? `${known.label}, ${traitsOf(known)}` : 'Choose one, or type a path of the system.'}
      </Text>
      <FieldError>{problem}</FieldError>
      <Popover className="choice-list">
        <Virtualizer layout={ListLayout} layoutOptions={{ rowHeight: rowHeightPx }}>
          <ListBox style={{ height: Math.min(320, offered.length * rowHeightPx) }}>
            {(field: TheirField & { readonly id: string }) => (
              <ListBoxItem id={field.id} textValue={field.path} className="choice-option mappings-field">
                <Text slot="label">{field.label === field.path ? field.path : `${field.label} · ${field.path}`}</Text>
                <Text slot="description">
                  {traitsOf(field)}, here {briefly(field.sample)}
                </Text>
              </ListBoxItem>
            )}
          </ListBox>
        </Virtualizer>
      </Popover>
    </ComboBox>
  );
}

const fits = ({ path, label }: TheirField, asked: string) =>
  `${label} ${path}`.toLowerCase().includes(asked.trim().toLowerCase());

/** What a field of theirs is like, in words. */
export function traitsOf({ type, isRequired, isWritable, lengthMax, choices }: TheirField): string {
  return [
    type,
    ...(isRequired ? ['required'] : []),
    ...(isWritable ? [] : ['read only']),
    ...(lengthMax === null ? [] : [`up to ${lengthMax} characters`]),
    ...(choices && choices.length > 0 ? [`${choices.length} choices`] : []),
  ].join(', ');
}
