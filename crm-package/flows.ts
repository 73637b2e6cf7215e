// Capture row -> the text of its two flows, element by element in the order in which the platform itself writes them.
import type { CaptureRow } from './capture.ts';

type Node = string | number | boolean | { readonly [tag: string]: Node | readonly Node[] };

const escaped = (text: string): string =>
  text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&apos;');

function element(tag: string, node: Node | readonly Node[], depth: number): string {
  const pad = '    '.repeat(depth);
  if (Array.isArray(node)) return node.map((one: Node) => element(tag, one, depth)).join('');
  if (typeof node !== 'object') return `${pad}<${tag}>${escaped(String(node))}</${tag}>\n`;
  const inner = Object.entries(node).map(([name, child]) => element(name, child, depth + 1));
  return `${pad}<${tag}>\n${inner.join('')}${pad}</${tag}>\n`;
}

/** One metadata file. */
export function metadataXml(root: string, node: Node): string {
  const body = element(root, node, 0).replace(`<${root}>`, `<${root} xmlns="http://soap.sforce.com/2006/04/metadata">`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${body}`;
}

const at = (x: number, y: number) => ({ locationX: x, locationY: y });
const to = (name: string) => ({ targetReference: name });
const reference = (path: string) => ({ elementReference: path });
const literal = (text: string) => ({ stringValue: text });

function writeOutbox(name: string, y: number, kind: string, object: string, recordId: string, next: string | null) {
  return {
    name,
    label: name.replace(/_/g, ' '),
    ...at(176, y),
    ...(next === null ? {} : { connector: to(next) }),
    faultConnector: to('Keep_Fault'),
    inputAssignments: [
      { field: 'Actor_Id__c', value: reference('$User.Id') },
      { field: 'Kind__c', value: literal(kind) },
      { field: 'Object_Name__c', value: literal(object) },
      { field: 'Record_Id__c', value: reference(recordId) },
    ],
    object: 'Outbox__c',
  };
}

/** A row that cannot be written must not undo the save: the fault ends here, and a poll finds the record. */
const keepFault = {
  name: 'Keep_Fault',
  label: 'Keep fault',
  ...at(440, 431),
  assignmentItems: { assignToReference: 'Fault', operator: 'Assign', value: reference('$Flow.FaultMessage') },
};
const fault = { name: 'Fault', dataType: 'String', isCollection: false, isInput: false, isOutput: false };

const whoseSave = {
  name: 'Whose_Save',
  label: 'Whose save',
  ...at(176, 215),
  defaultConnector: to('Write_Outbox'),
  defaultConnectorLabel: 'Somebody else',
  rules: {
    name: 'Our_Own',
    conditionLogic: 'and',
    conditions: {
      leftValueReference: '$Permission.Integration_User',
      operator: 'EqualTo',
      rightValue: { booleanValue: true },
    },
    label: 'Our own',
  },
};

/** A part that was moved is news for the record it left, too. */
function hasMoved(field: string) {
  const moved = { leftValueReference: `$Record.${field}`, operator: 'IsChanged', rightValue: { booleanValue: true } };
  const came = {
    leftValueReference: `$Record__Prior.${field}`,
    operator: 'IsNull',
    rightValue: { booleanValue: false },
  };
  return {
    name: 'Has_Moved',
    label: 'Has moved',
    ...at(176, 431),
    defaultConnectorLabel: 'Stayed',
    rules: {
      name: 'Moved',
      conditionLogic: 'and',
      conditions: [moved, came],
      connector: to('Write_Outbox_Of_Prior'),
      label: 'Moved',
    },
  };
}

function flow(
  row: CaptureRow,
  label: string,
  description: string,
  parts: { readonly [tag: string]: Node | Node[] },
): string {
  return metadataXml('Flow', {
    apiVersion: '66.0',
    assignments: keepFault,
    decisions: parts['decisions'] ?? [],
    description,
    environments: 'Default',
    interviewLabel: `${label} {!$Flow.CurrentDateTime}`,
    label,
    processType: 'AutoLaunchedFlow',
    recordCreates: parts['recordCreates'] ?? [],
    start: parts['start'] ?? [],
    status: row.isUsed ? 'Active' : 'Draft',
    triggerOrder: 1000,
    variables: fault,
  });
}

export function savedFlow(row: CaptureRow): string {
  const { partOf } = row;
  const subject = partOf ? `$Record.${partOf.field}` : '$Record.Id';
  const name = partOf?.object ?? row.object;
  const changes = row.fields.map((field) => `ISCHANGED({!$Record.${field}})`).join(', ');
  const relevant = `OR(ISNEW(), ${changes})`;
  const moves = partOf?.canMove === true;
  const prior = writeOutbox('Write_Outbox_Of_Prior', 539, 'CHANGED', name, `$Record__Prior.${partOf?.field}`, null);
  return flow(
    row,
    `Tieout ${row.title} Saved`,
    `Writes an outbox row when a field that Tieout carries has changed. Never blocks the save; makes no call.`,
    {
      decisions: moves ? [hasMoved(partOf.field), whoseSave] : [whoseSave],
      recordCreates: [
        writeOutbox('Write_Outbox', 323, 'CHANGED', name, subject, moves ? 'Has_Moved' : null),
        ...(moves ? [prior] : []),
      ],
      start: {
        ...at(50, 0),
        connector: to('Whose_Save'),
        filterFormula: partOf ? `AND(NOT(ISBLANK({!$Record.${partOf.field}})), ${relevant})` : relevant,
        object: row.object,
        recordTriggerType: 'CreateAndUpdate',
        triggerType: 'RecordAfterSave',
      },
    },
  );
}

/** A part that goes is a change of the record it belongs to, not the end of that record. */
export function deletedFlow(row: CaptureRow): string {
  const { partOf } = row;
  const subject = partOf ? `$Record.${partOf.field}` : '$Record.Id';
  const kind = partOf ? 'CHANGED' : 'DELETED';
  return flow(
    row,
    `Tieout ${row.title} Deleted`,
    `Writes an outbox row before the record is deleted. Never blocks the deletion; makes no call.`,
    {
      decisions: [whoseSave],
      recordCreates: [writeOutbox('Write_Outbox', 323, kind, partOf?.object ?? row.object, subject, null)],
      start: {
        ...at(50, 0),
        connector: to('Whose_Save'),
        filterFormula: `NOT(ISBLANK({!${subject}}))`,
        object: row.object,
        recordTriggerType: 'Delete',
        triggerType: 'RecordBeforeDelete',
      },
    },
  );
}
