// What a project adds to the account's records: record types of its own, and fields on standard types.

import type { RecordType } from '../fields.ts';
import {
  amount,
  date,
  type Field,
  type FieldOptions,
  flag,
  instant,
  longText,
  number,
  recordType,
  text,
} from '../fields.ts';
import type { Schema } from '../schema.ts';
import type { Store } from '../store.ts';
import type { Project } from './project.ts';
import { childOf, idOf, type Node, textIn } from './xml.ts';

type Maker = (name: string, options: FieldOptions) => Field;

const makers: Readonly<Record<string, Maker>> = {
  TEXT: text,
  TEXTAREA: (name, options) => text(name, { maxLength: 4000, ...options }),
  CLOBTEXT: longText,
  CHECKBOX: flag,
  INTEGER: number,
  FLOAT: number,
  PERCENT: number,
  CURRENCY: amount,
  DATE: date,
  DATETIMETZ: instant,
  EMAIL: text,
  PHONE: text,
  URL: text,
};

const displays: Readonly<Record<string, Field['display']>> = {
  HIDDEN: 'hidden',
  LOCKED: 'locked',
  STATICTEXT: 'locked',
};

function fieldOf(node: Node): Field {
  const kind = textIn(node, 'fieldtype');
  const make = makers[kind];
  if (!make) throw new Error(`${idOf(node)} is a ${kind}, which this account does not keep.`);
  const label = textIn(node, 'label');
  return make(idOf(node), {
    ...(label === '' ? {} : { label }),
    isMandatory: textIn(node, 'ismandatory') === 'T',
    isViewOnly: ['0', '1'].includes(textIn(node, 'accesslevel')),
    display: displays[textIn(node, 'displaytype')] ?? 'normal',
  });
}

/** Fields that hold little text are looked for by their value, so the database keeps an index of them. */
const isSought = (node: Node) => ['TEXT', 'CHECKBOX'].includes(textIn(node, 'fieldtype'));

export function customTypes(project: Project): readonly RecordType[] {
  return project.of('customrecordtype').map((node) => {
    const fields = childOf(node, 'customrecordcustomfields')?.children ?? [];
    return recordType(idOf(node), fields.map(fieldOf), {
      cost: 'custom',
      permission: textIn(node, 'accesstype') === 'NONENEEDED' ? null : idOf(node),
      createdName: 'created',
      modifiedName: 'lastModified',
      nameKeys: [],
      indexed: fields.filter(isSought).map(idOf),
    });
  });
}

/** Flag of the field's definition -> where the field then is: a record type, or a sublist of one. */
const places: Readonly<Record<string, readonly string[]>> = {
  appliestocustomer: ['customer'],
  appliestoemployee: ['employee'],
  appliestoproject: ['job'],
  appliestoprojecttask: ['projecttask'],
  bodysale: ['salesorder', 'invoice', 'creditmemo'],
  bodycustomerpayment: ['customerpayment'],
  bodyexpensereport: ['expensereport'],
  coltime: ['timebill'],
  colsale: ['salesorder.item', 'invoice.item', 'creditmemo.item'],
  colexpensereport: ['expensereport.expense'],
};
const fieldTags = ['entitycustomfield', 'crmcustomfield', 'transactionbodycustomfield', 'transactioncolumncustomfield'];

function placesOf(node: Node): readonly string[] {
  return node.children.flatMap(({ tag, text: set }) => (set === 'T' ? (places[tag] ?? []) : []));
}

function fieldsAt(schema: Schema, place: string): Map<string, Field> | null {
  const [type = '', list] = place.split('.');
  const found = schema.find(type);
  return (list === undefined ? found?.fields : found?.sublists.get(list)?.fields) ?? null;
}

export function addFields(project: Project, schema: Schema): void {
  for (const node of fieldTags.flatMap((tag) => project.of(tag))) {
    const field = fieldOf(node);
    for (const place of placesOf(node)) fieldsAt(schema, place)?.set(field.id, field);
  }
}

/** The fields of a project, and what records hold in them, which does not come back with a new installation. */
export function removeFields(project: Project, schema: Schema, store: Store): void {
  const gone = new Map<string, string[]>();
  for (const node of fieldTags.flatMap((tag) => project.of(tag))) {
    const id = idOf(node).toLowerCase();
    for (const place of placesOf(node)) {
      fieldsAt(schema, place)?.delete(id);
      gone.set(place, [...(gone.get(place) ?? []), id]);
    }
  }
  for (const [place, ids] of gone) {
    const [type = '', list] = place.split('.');
    for (const entry of store.shelf(type).values()) {
      const rows = list === undefined ? [entry.values] : (entry.sublists[list] ?? []);
      for (const row of rows) for (const id of ids) Reflect.deleteProperty(row, id);
    }
  }
}
