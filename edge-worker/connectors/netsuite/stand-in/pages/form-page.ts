// A form as scripts make it, drawn: fields, tabs, sublists, buttons.
import type { Form, FormField, FormSublist } from '../suitescript/n/form.ts';
import { Html, html } from './html.ts';

const shownOnly = new Set(['INLINE', 'READONLY', 'DISABLED']);

/** In a form, what cannot be typed into is sent along all the same. */
export function fieldDrawn(field: FormField, isInForm: boolean): Html {
  const value = String(field.defaultValue ?? '');
  if (field.type === 'INLINEHTML') return new Html(value);
  const kept = html`<input type="hidden" name="${field.id}" value="${value}">`;
  if (field.isHidden) return isInForm ? kept : html``;
  if (shownOnly.has(field.displayType)) {
    const word = wordOf(field, value);
    if (!isInForm) return html`<div><dt>${field.label}</dt><dd>${word}</dd></div>`;
    return html`<div><span class="label">${field.label}</span><span>${word}</span>${kept}</div>`;
  }
  const mark = field.isMandatory ? html` <span aria-hidden="true">*</span>` : null;
  const help = field.helpText === '' ? null : html`<div class="nothing" id="${field.id}_help">${field.helpText}</div>`;
  return html`<div><label for="${field.id}">${field.label}${mark}</label>${inputOf(field, value)}${help}</div>`;
}

function wordOf({ type, choices }: FormField, value: string): string {
  if (type === 'CHECKBOX') return value === 'T' || value === 'true' ? 'Yes' : 'No';
  return choices.find((each) => each.value === value)?.text ?? value;
}

function inputOf(field: FormField, value: string): Html {
  const { id, type, isMandatory, choices } = field;
  const required = isMandatory ? html` required` : null;
  switch (type) {
    case 'TEXTAREA':
    case 'LONGTEXT':
      return html`<textarea id="${id}" name="${id}" rows="3"${required}>${value}</textarea>`;
    case 'CHECKBOX':
      return html`<input type="checkbox" id="${id}" name="${id}" value="T"${value === 'T' ? html` checked` : null}>`;
    case 'SELECT': {
      const options = choices.map(
        (each) =>
          html`<option value="${each.value}"${each.value === value ? html` selected` : null}>${each.text}</option>`,
      );
      return html`<select id="${id}" name="${id}"${required}><option value=""></option>${options}</select>`;
    }
    case 'DATE':
      return html`<input type="date" id="${id}" name="${id}" value="${value}"${required}>`;
    case 'PASSWORD':
      return html`<input type="password" id="${id}" name="${id}" autocomplete="off"${required}>`;
    default:
      return html`<input type="text" id="${id}" name="${id}" value="${value}"${required}>`;
  }
}

export function sublistDrawn({ label, fields, lines }: FormSublist): Html {
  const columns = [...fields.values()].filter((field) => !field.isHidden);
  const used = columns.filter(({ id }) => lines.some((line) => (line[id] ?? '') !== ''));
  if (lines.length === 0) return html`<p class="nothing">No lines.</p>`;
  const heads = used.map((field) => html`<th scope="col">${field.label}</th>`);
  const rows = lines.map((line) => html`<tr>${used.map(({ id }) => html`<td>${line[id] ?? ''}</td>`)}</tr>`);
  return html`<table class="lines"><caption class="nothing">${label}</caption><thead><tr>${heads}</tr></thead>
<tbody>${rows}</tbody></table>`;
}

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly body: Html;
}

/** Sublists and the tabs that scripts added, side by side. */
export function tabsOf(form: Form): readonly Tab[] {
  const lists = [...form.sublists.values()]
    .filter(({ tab }) => tab === null)
    .map((list) => ({ id: list.id, label: list.label, body: sublistDrawn(list) }));
  const added = form.tabs.map(({ id, label }) => {
    const fields = form.fields.filter(({ container }) => container === id).map((field) => fieldDrawn(field, false));
    const own = [...form.sublists.values()].filter(({ tab }) => tab === id).map(sublistDrawn);
    return { id, label, body: html`${fields}${own}` };
  });
  return [...lists, ...added];
}

export function tabsDrawn(tabs: readonly Tab[]): Html {
  if (tabs.length === 0) return html``;
  const heads = tabs.map(({ id, label }) => {
    const state = html`aria-controls="panel_${id}" aria-selected="false"`;
    return html`<button type="button" role="tab" id="tab_${id}" ${state}>${label}</button>`;
  });
  const panels = tabs.map(({ id, body }) => {
    const named = html`id="panel_${id}" aria-labelledby="tab_${id}"`;
    return html`<div class="tabpanel" role="tabpanel" ${named} tabindex="0">${body}</div>`;
  });
  return html`<div class="tabs" role="tablist" aria-label="Subtabs">${heads}</div>${panels}`;
}

export function buttonsOf(form: Form): readonly Html[] {
  return form.buttons.map(
    ({ id, label, functionName }) =>
      html`<button type="button" class="button" id="${id}" data-function="${functionName}">${label}</button>`,
  );
}

/** A Suitelet's own page. */
export function suiteletForm(form: Form, action: string): Html {
  const top = form.fields.filter(({ container }) => container === null);
  const inline = top.filter(({ type }) => type === 'INLINEHTML').map((field) => fieldDrawn(field, true));
  const asked = top.filter(({ type }) => type !== 'INLINEHTML').map((field) => fieldDrawn(field, true));
  const submit =
    form.submitLabel === null ? null : html`<button type="submit" class="button main">${form.submitLabel}</button>`;
  const buttons = buttonsOf(form);
  const hasButtons = submit !== null || buttons.length > 0;
  const fields = asked.length > 0 ? html`<div class="panel"><div class="fields">${asked}</div></div>` : null;
  return html`${inline}<form method="post" action="${action}">${fields}
${hasButtons ? html`<div class="buttons">${submit}${buttons}</div>` : null}</form>${tabsDrawn(tabsOf(form))}`;
}
