// Which value stands where in each system, who owns it, and when two are the same: the oracle's own table, made
// without the connectors' maps.
import { identityField, type Values } from './desk.ts';
import { ownField, type Seat, seats } from './systems.ts';

/** `choice`: spelt alike in all systems, and otherwise by the hub. */
export type Form = 'text' | 'choice' | 'decimal' | 'flag' | 'lines' | 'rates' | { readonly refersTo: string };

export interface Field {
  readonly path: string;
  /** The canonical field. */
  readonly field: string;
  readonly owner: Seat;
  readonly form: Form;
}

export interface Kind {
  readonly kind: string;
  readonly type: string;
  /** Where the kind begins. */
  readonly born: Seat;
  readonly seats: readonly Seat[];
  readonly fields: readonly Field[];
}

/** `path[:form][=canonical]` per owner; without `=` the canonical field is looked up in `names`. */
function fieldsOf(owner: Seat, text: string): Field[] {
  return text.split(' ').map((word) => {
    const [, path = '', form = 'text', field = ''] = /^([a-z_.]+)(?::([a-z>]+))?=(\w+)$/.exec(word) ?? [];
    const shaped = form.startsWith('>') ? { refersTo: form.slice(1) } : (form as Form);
    return { path, field, owner, form: shaped };
  });
}

export const kinds: readonly Kind[] = [
  {
    kind: 'customer',
    type: 'client',
    born: 'crm',
    seats,
    fields: [
      ...fieldsOf(
        'crm',
        'display_name=name number=accountNumber currency=currency entity=legalEntity ' +
          'phone=phone web=website mail=email',
      ),
      ...fieldsOf('crm', 'address.street=street address.city=city address.state=region address.zip=postalCode'),
      ...fieldsOf('crm', 'address.country=country vat=taxNumber active:flag=isActive'),
      ...fieldsOf('erp', 'terms=terms'),
    ],
  },
  {
    kind: 'deal',
    type: 'opportunity',
    born: 'crm',
    seats: ['crm'],
    fields: [
      ...fieldsOf(
        'crm',
        'title=name client_id:>client=customer phase=stage won:flag=isWon closed:flag=isClosed currency=currency',
      ),
      ...fieldsOf(
        'crm',
        'amount:decimal=amount close_date=closeOn starts=startOn ends=endOn entity=legalEntity practice=practice',
      ),
      ...fieldsOf('crm', 'region=deliveryRegion'),
    ],
  },
  {
    kind: 'project',
    type: 'engagement',
    born: 'psa',
    seats,
    fields: [
      ...fieldsOf(
        'psa',
        'title=name starts=startOn ends=endOn time_open:flag=isOpenForTime notes=description state:choice=status',
      ),
      ...fieldsOf(
        'crm',
        'client_id:>client=customer currency=currency budget:decimal=budget entity=legalEntity practice=practice',
      ),
      ...fieldsOf('crm', 'model:choice=pricingModel region=deliveryRegion'),
    ],
  },
  {
    kind: 'contract',
    type: 'agreement',
    born: 'crm',
    seats: ['psa', 'erp'],
    fields: [
      ...fieldsOf(
        'crm',
        'title=name client_id:>client=customer po=purchaseOrder po_limit:decimal=purchaseOrderLimit terms=terms',
      ),
      ...fieldsOf(
        'crm',
        'tax=taxProfile currency=currency total:decimal=total signed_date=signedOn starts=startOn ends=endOn',
      ),
      ...fieldsOf(
        'crm',
        'entity=legalEntity region=deliveryRegion rates:rates=rateCard signed:flag=isSigned model:choice=pricingModel',
      ),
    ],
  },
  {
    kind: 'resource',
    type: 'person',
    born: 'erp',
    seats: ['psa', 'erp'],
    fields: [
      ...fieldsOf('erp', 'full_name=name mail=email entity=legalEntity active:flag=isActive'),
      ...fieldsOf('psa', 'job=role'),
    ],
  },
  {
    kind: 'time',
    type: 'hours',
    born: 'psa',
    seats: ['psa', 'erp'],
    fields: [
      ...fieldsOf(
        'psa',
        'engagement_id:>engagement=project person_id:>person=resource date=workedOn quantity:decimal=hours job=role',
      ),
      ...fieldsOf(
        'psa',
        'price:decimal=rate currency=currency billable:flag=isBillable taxable:flag=isTaxable text=note',
      ),
      ...fieldsOf('psa', 'activity=task approval=approval'),
      ...fieldsOf('erp', 'billed:flag=isInvoiced'),
    ],
  },
  {
    kind: 'expense',
    type: 'cost',
    born: 'psa',
    seats: ['psa', 'erp'],
    fields: [
      ...fieldsOf('psa', 'engagement_id:>engagement=project person_id:>person=resource date=spentOn category=category'),
      ...fieldsOf('psa', 'amount:decimal=amount currency=currency billable:flag=isBillable text=note report=report'),
      ...fieldsOf('psa', 'reimbursable:flag=isReimbursable taxable:flag=isTaxable approval=approval'),
      ...fieldsOf('erp', 'billed:flag=isInvoiced'),
    ],
  },
  {
    kind: 'milestone',
    type: 'milestone',
    born: 'psa',
    seats: ['psa', 'erp'],
    fields: [
      ...fieldsOf('psa', 'title=name engagement_id:>engagement=project due=dueOn amount:decimal=amount'),
      ...fieldsOf('psa', 'currency=currency percent:decimal=percentComplete done:flag=isComplete'),
      ...fieldsOf('psa', 'done_date=completedOn notes=note'),
      ...fieldsOf('erp', 'billed:flag=isInvoiced'),
    ],
  },
  {
    kind: 'change-order',
    type: 'change',
    born: 'crm',
    seats: ['crm', 'erp'],
    fields: [
      ...fieldsOf('crm', 'title=name client_id:>client=customer state=status amount:decimal=amount currency=currency'),
      ...fieldsOf('crm', 'po_raise:decimal=purchaseOrderRaise approved_date=approvedOn ends=endOn notes=reason'),
    ],
  },
  {
    kind: 'payment',
    type: 'receipt',
    born: 'erp',
    seats,
    fields: [
      ...fieldsOf(
        'erp',
        'no=number bill_id:>bill=invoice client_id:>client=customer engagement_id:>engagement=project',
      ),
      ...fieldsOf('erp', 'date=receivedOn amount:decimal=amount currency=currency full:flag=isFull method=method'),
    ],
  },
  {
    kind: 'invoice',
    type: 'bill',
    born: 'erp',
    seats,
    fields: [
      ...fieldsOf(
        'erp',
        'no=number client_id:>client=customer engagement_id:>engagement=project state=status date=issuedOn',
      ),
      ...fieldsOf(
        'erp',
        'due=dueOn terms=terms currency=currency net:decimal=subtotal tax:decimal=tax gross:decimal=total',
      ),
      ...fieldsOf('erp', 'paid:decimal=paid open:decimal=balance lines:lines=lines'),
    ],
  },
];

/** Where the owner of a contract says what a field is: on the won opportunity. */
export const onOpportunity: Readonly<Record<string, string>> = {
  signed: 'won',
  total: 'amount',
  signed_date: 'close_date',
};

export function isCarried(seat: Seat, type: string, path: string): boolean {
  return seat !== 'erp' || ownField[type] !== path;
}

export function valueAt(row: Values | undefined, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value === null || value === undefined ? undefined : Object(value)[key]), row);
}

/** One spelling per value. `identityOf` names the record that a reference points to. */
export function plain(value: unknown, form: Form, identityOf: (type: string, id: string) => string): unknown {
  if (form === 'flag') return value === true || value === 'true';
  if (value === null || value === undefined || value === '') return form === 'rates' || form === 'lines' ? '[]' : null;
  if (form === 'text' || form === 'choice') return String(value).trim();
  if (form === 'decimal') return plainDecimal(String(value));
  if (typeof form === 'object') return identityOf(form.refersTo, String(value));
  return JSON.stringify((value as readonly Values[]).map((line) => plainLine(line, identityOf)));
}

function plainLine(line: Values, identityOf: (type: string, id: string) => string): Values {
  const decimals = ['quantity', 'price', 'amount'].filter((path) => line[path] != null);
  return {
    key: line['line'] ?? line['job'],
    text: line['text'] ?? null,
    ...Object.fromEntries(decimals.map((path) => [path, plainDecimal(String(line[path]))])),
    // A system without time entries cannot name the one that a line bills.
    ...Object.fromEntries(
      ['hours', 'cost', 'milestone']
        .filter((type) => line[`${type}_id`] != null)
        .map((type) => [type, identityOf(type, String(line[`${type}_id`]))]),
    ),
  };
}

export function plainDecimal(text: string): string {
  const [, sign = '', whole = '', places = ''] = /^(-?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text) ?? [text, '', text, ''];
  const digits = `${whole === '' ? '0' : whole}${places ? `.${places}` : ''}`;
  return digits === '0' ? '0' : `${sign}${digits}`;
}

export function identityOfRow(type: string, row: Values): string {
  return String(row[identityField[type] ?? 'id']);
}
