// The standard record types this org has, with the fields that a professional-services firm uses.
import {
  area,
  currencies,
  date,
  decimal,
  email,
  flag,
  link,
  money,
  percent,
  phone,
  pick,
  text,
  type,
  url,
  whole,
} from './catalog-words.ts';
import type { FieldShape, TypeShape } from './shape.ts';

const calculated = { isCalculated: true };
const required = { isRequired: true };

interface Stage {
  readonly name: string;
  readonly probability: number;
  readonly forecast: string;
  readonly isClosed: boolean;
  readonly isWon: boolean;
}

const open = (name: string, probability: number, forecast = 'Pipeline'): Stage => ({
  name,
  probability,
  forecast,
  isClosed: false,
  isWon: false,
});

/** Salesforce derives IsWon, IsClosed and the probability from the stage alone. */
export const stages: readonly Stage[] = [
  open('Prospecting', 10),
  open('Qualification', 10),
  open('Needs Analysis', 20),
  open('Value Proposition', 50),
  open('Id. Decision Makers', 60),
  open('Perception Analysis', 70),
  open('Proposal/Price Quote', 75),
  open('Negotiation/Review', 90, 'Best Case'),
  { name: 'Closed Won', probability: 100, forecast: 'Closed', isClosed: true, isWon: true },
  { name: 'Closed Lost', probability: 0, forecast: 'Omitted', isClosed: true, isWon: false },
];

const address = (part: string): FieldShape[] => [
  area(`${part}Street`, `${part} Street`, 255),
  text(`${part}City`, `${part} City`, 40),
  text(`${part}State`, `${part} State/Province`, 80),
  text(`${part}PostalCode`, `${part} Zip/Postal Code`, 20),
  text(`${part}Country`, `${part} Country`, 80),
];

const account = (own: readonly FieldShape[]): TypeShape =>
  type('Account', 'Account', { prefix: '001' }, [
    link('MasterRecordId', 'Master Record ID', 'Account', calculated),
    text('Name', 'Account Name', 255, required),
    pick('Type', 'Account Type', ['Prospect', 'Customer', 'Partner', 'Other'], { isRestricted: false }),
    link('ParentId', 'Parent Account ID', 'Account', { children: 'ChildAccounts', onParentDelete: 'clear' }),
    ...address('Billing'),
    ...address('Shipping'),
    phone('Phone', 'Account Phone'),
    url('Website', 'Website'),
    text('AccountNumber', 'Account Number', 40),
    pick('Industry', 'Industry', ['Banking', 'Consulting', 'Technology', 'Other'], { isRestricted: false }),
    money('AnnualRevenue', 'Annual Revenue'),
    whole('NumberOfEmployees', 'Employees'),
    area('Description', 'Account Description', 32_000),
    ...own,
  ]);

const contact = (): TypeShape =>
  type('Contact', 'Contact', { prefix: '003' }, [
    link('AccountId', 'Account ID', 'Account', { children: 'Contacts', onParentDelete: 'cascade' }),
    text('LastName', 'Last Name', 80, required),
    text('FirstName', 'First Name', 40),
    text('Name', 'Full Name', 121, calculated),
    ...address('Mailing'),
    phone('Phone', 'Business Phone'),
    phone('MobilePhone', 'Mobile Phone'),
    email('Email', 'Email'),
    text('Title', 'Title', 128),
    text('Department', 'Department', 80),
    area('Description', 'Contact Description', 32_000),
  ]);

const opportunity = (own: readonly FieldShape[]): TypeShape =>
  type('Opportunity', 'Opportunity', { prefix: '006', plural: 'Opportunities' }, [
    link('AccountId', 'Account ID', 'Account', { children: 'Opportunities', onParentDelete: 'cascade' }),
    link('ContactId', 'Contact ID', 'Contact', { onParentDelete: 'clear' }),
    text('Name', 'Name', 120, required),
    area('Description', 'Description', 32_000),
    pick(
      'StageName',
      'Stage',
      stages.map((stage) => stage.name),
      required,
    ),
    money('Amount', 'Amount'),
    percent('Probability', 'Probability (%)'),
    decimal('TotalOpportunityQuantity', 'Quantity', 18, 2),
    date('CloseDate', 'Close Date', required),
    pick('Type', 'Opportunity Type', ['Existing Business', 'New Business'], { isRestricted: false }),
    text('NextStep', 'Next Step', 255),
    pick('LeadSource', 'Lead Source', ['Web', 'Partner Referral', 'Other'], { isRestricted: false }),
    flag('IsClosed', 'Closed', calculated),
    flag('IsWon', 'Won', calculated),
    text('ForecastCategoryName', 'Forecast Category', 40, calculated),
    flag('HasOpportunityLineItem', 'Has Line Item', calculated),
    ...own,
  ]);

const dealLine = (): TypeShape =>
  type('OpportunityLineItem', 'Opportunity Product', { prefix: '00k', hasNoOwner: true }, [
    link('OpportunityId', 'Opportunity ID', 'Opportunity', {
      children: 'OpportunityLineItems',
      onParentDelete: 'cascade',
      isRequired: true,
      isImmutable: true,
    }),
    whole('SortOrder', 'Sort Order'),
    link('Product2Id', 'Product ID', 'Product2'),
    text('ProductCode', 'Product Code', 255, calculated),
    text('Name', 'Opportunity Product Name', 376, calculated),
    decimal('Quantity', 'Quantity', 12, 2, required),
    money('UnitPrice', 'Sales Price', required),
    money('TotalPrice', 'Total Price', calculated),
    date('ServiceDate', 'Date'),
    text('Description', 'Line Description', 255),
  ]);

const product = (): TypeShape =>
  type('Product2', 'Product', { prefix: '01t', hasNoOwner: true }, [
    text('Name', 'Product Name', 255, required),
    text('ProductCode', 'Product Code', 255),
    text('Description', 'Product Description', 4000),
    flag('IsActive', 'Active'),
    pick('Family', 'Product Family', ['Services', 'Software', 'None'], { isRestricted: false }),
  ]);

const contract = (): TypeShape =>
  type('Contract', 'Contract', { prefix: '800' }, [
    link('AccountId', 'Account ID', 'Account', { children: 'Contracts', onParentDelete: 'cascade', isRequired: true }),
    text('ContractNumber', 'Contract Number', 30, { isCalculated: true }),
    pick('Status', 'Status', ['Draft', 'In Approval Process', 'Activated'], { defaultValue: 'Draft' }),
    date('StartDate', 'Contract Start Date'),
    whole('ContractTerm', 'Contract Term'),
    area('Description', 'Description', 32_000),
  ]);

const order = (): TypeShape =>
  type('Order', 'Order', { prefix: '801' }, [
    link('AccountId', 'Account ID', 'Account', { children: 'Orders', onParentDelete: 'cascade' }),
    pick('Status', 'Status', ['Draft', 'Activated'], { defaultValue: 'Draft' }),
    date('EffectiveDate', 'Order Start Date', required),
    date('EndDate', 'Order End Date'),
    text('PoNumber', 'PO Number', 80),
    area('Description', 'Description', 32_000),
  ]);

const permissionSet = (): TypeShape =>
  type('PermissionSet', 'Permission Set', { prefix: '0PS', hasNoOwner: true, hasNoCurrency: true, isReadOnly: true }, [
    text('Name', 'Permission Set Name', 80),
    text('Label', 'Permission Set Label', 80),
    text('NamespacePrefix', 'Namespace Prefix', 15),
  ]);

/** A permission set becomes somebody's by a row here. */
const permissionSetAssignment = (): TypeShape =>
  type(
    'PermissionSetAssignment',
    'Permission Set Assignment',
    { prefix: '0Pa', hasNoOwner: true, hasNoCurrency: true },
    [
      link('AssigneeId', 'Assignee ID', 'User', { isRequired: true, isImmutable: true, isIndexed: true }),
      link('PermissionSetId', 'PermissionSet ID', 'PermissionSet', { isRequired: true, isImmutable: true }),
    ],
  );

const user = (): TypeShape =>
  type('User', 'User', { prefix: '005', hasNoOwner: true }, [
    text('Username', 'Username', 80, { isRequired: true, isUnique: true, isIndexed: true }),
    text('LastName', 'Last Name', 80, required),
    text('FirstName', 'First Name', 40),
    text('Name', 'Full Name', 121, calculated),
    email('Email', 'Email'),
    text('Alias', 'Alias', 8),
    text('EmployeeNumber', 'Employee Number', 20),
    flag('IsActive', 'Active', { defaultValue: true }),
    pick('UserType', 'User Type', ['Standard', 'AutomatedProcess']),
  ]);

const organization = (): TypeShape =>
  type('Organization', 'Organization', { prefix: '00D', hasNoOwner: true, hasNoCurrency: true, isReadOnly: true }, [
    text('Name', 'Name', 80),
    text('InstanceName', 'Instance Name', 5),
    flag('IsSandbox', 'Is Sandbox'),
    pick('OrganizationType', 'Edition', ['Enterprise Edition', 'Unlimited Edition', 'Developer Edition']),
    text('TimeZoneSidKey', 'Time Zone', 40),
  ]);

const currencyType = (): TypeShape =>
  type('CurrencyType', 'Currency Type', { prefix: '01L', hasNoOwner: true, hasNoCurrency: true, isReadOnly: true }, [
    pick('IsoCode', 'Currency ISO Code', currencies),
    decimal('ConversionRate', 'Conversion Rate', 18, 6),
    whole('DecimalPlaces', 'Decimal Places'),
    flag('IsActive', 'Active'),
    flag('IsCorporate', 'Corporate'),
  ]);

/** Packages add fields of their own to types that are there. */
export function standardTypes(added: ReadonlyMap<string, readonly FieldShape[]>): readonly TypeShape[] {
  const types = [
    account(added.get('Account') ?? []),
    contact(),
    opportunity(added.get('Opportunity') ?? []),
    dealLine(),
    product(),
    contract(),
    order(),
    user(),
    permissionSet(),
    permissionSetAssignment(),
    organization(),
    currencyType(),
  ];
  for (const name of added.keys()) {
    if (name !== 'Account' && name !== 'Opportunity') throw new Error(`no package has added fields to ${name} yet`);
  }
  return types;
}
