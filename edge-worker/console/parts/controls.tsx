// Buttons, fields, choices and dialogs: the accessible behaviour is React Aria's, the look is ours.
import { type ReactNode, useState } from 'react';
import {
  Button as AriaButton,
  type ButtonProps,
  Dialog,
  DialogTrigger,
  FieldError,
  Heading,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Modal,
  ModalOverlay,
  Popover,
  Select,
  SelectValue,
  Text,
  TextArea,
  TextField,
} from 'react-aria-components';
import './controls.css';

type Look = 'main' | 'plain' | 'quiet' | 'danger';

/**
 * A button says what it does. `isPending` keeps it in place while its work is under way. One that is of no use any more
 * keeps the focus until it is left: a browser takes it away from what is disabled, and gives it to nothing.
 */
export function Button(props: Omit<ButtonProps, 'className'> & { readonly look?: Look }) {
  const { look = 'plain', isDisabled = false, ...rest } = props;
  const [isFocused, setFocused] = useState(false);
  return (
    <AriaButton
      {...rest}
      {...(isDisabled && isFocused ? ({ ...unpressed, 'aria-disabled': true } as const) : { isDisabled })}
      className={`button button-${look}`}
      onFocusChange={setFocused}
    />
  );
}

const unpressed = { onPress: () => undefined, type: 'button' } as const;

export interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string | undefined;
  /** What is wrong with the value, in a sentence. */
  readonly problem?: string | undefined;
  readonly isRequired?: boolean;
  readonly isDisabled?: boolean;
  readonly type?: 'text' | 'time' | 'search' | 'url' | 'password' | 'date' | 'datetime-local' | 'email';
  readonly rows?: number;
  readonly placeholder?: string;
  /** For what somebody has just asked to be able to fill in. */
  readonly autoFocus?: boolean;
}

export function Field({ label, hint, problem, rows, type = 'text', placeholder, ...rest }: FieldProps) {
  const hintInside = placeholder === undefined ? {} : { placeholder };
  return (
    <TextField {...rest} type={type} isInvalid={problem !== undefined} className="field">
      <Label>{label}</Label>
      {rows === undefined ? <Input {...hintInside} /> : <TextArea rows={rows} {...hintInside} />}
      {hint !== undefined && <Text slot="description">{hint}</Text>}
      <FieldError>{problem}</FieldError>
    </TextField>
  );
}

export interface Option<Id extends string = string> {
  readonly id: Id;
  readonly label: string;
  readonly hint?: string | undefined;
}

export interface ChoiceProps<Id extends string> {
  readonly label: string;
  readonly options: readonly Option<Id>[];
  readonly chosen: Id | null;
  readonly onChoose: (id: Id) => void;
  readonly placeholder?: string;
  readonly isDisabled?: boolean;
  /** The label is read out and not shown: only where what stands around says it. */
  readonly isLabelHidden?: boolean;
}

export function Choice<Id extends string>(props: ChoiceProps<Id>) {
  const { label, options, chosen, onChoose, placeholder = 'Choose', isDisabled = false, isLabelHidden } = props;
  return (
    <Select
      className="field"
      selectedKey={chosen}
      onSelectionChange={(key) => onChoose(key as Id)}
      isDisabled={isDisabled}
      placeholder={placeholder}
      {...(isLabelHidden && { 'aria-label': label })}
    >
      {!isLabelHidden && <Label>{label}</Label>}
      <AriaButton className="choice-button">
        <SelectValue />
        <span aria-hidden="true" className="choice-arrow" />
      </AriaButton>
      <Popover className="choice-list">
        <ListBox items={options}>
          {(option) => (
            <ListBoxItem id={option.id} textValue={option.label} className="choice-option">
              <Text slot="label">{option.label}</Text>
              {option.hint !== undefined && <Text slot="description">{option.hint}</Text>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}

export interface AskProps {
  /** The button that opens it. */
  readonly trigger: ReactNode;
  readonly title: string;
  /** Escape and a press outside close it too, and nothing is done. */
  readonly children: (close: () => void) => ReactNode;
  readonly isWide?: boolean;
}

/**
 * A host may show a frame that is taller than its window, of which a part is in sight: what stands over the page stands
 * there. The observer is told what is seen of the frame, and asked once.
 */
function placeInSight(veil: HTMLElement | null): void {
  if (veil === null) return;
  const observer = new IntersectionObserver(([seen]) => {
    observer.disconnect();
    if (seen) veil.style.setProperty('--seen-top', `${Math.max(0, seen.intersectionRect.top)}px`);
  });
  observer.observe(document.body);
}

/** A question over the page. */
export function Ask({ trigger, title, children, isWide = false }: AskProps) {
  return (
    <DialogTrigger>
      {trigger}
      <ModalOverlay className="veil" isDismissable ref={placeInSight}>
        <Modal className={isWide ? 'ask ask-wide' : 'ask'}>
          <Dialog>
            {({ close }) => (
              <div className="stack">
                <Heading slot="title" className="ask-title">
                  {title}
                </Heading>
                {children(close)}
              </div>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}
