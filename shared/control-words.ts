// What the controls say when they hold a record, and who does what then.
import type { Words } from './words.ts';

export const controlWords: Readonly<Record<string, Words>> = {
  'unapproved-time': {
    title: 'Time is not approved',
    text: 'The time of {day}, {hours} h, has the approval status "{approval}"; only approved time is billed.',
    next: 'The delivery manager approves or rejects the time entry; it goes on by itself once approved.',
  },
  'biller-changed': {
    title: 'Another biller',
    text: 'From {day} on {after} is to bill the contract {contract} in place of {before}.',
    next: 'Finance lets it pass with a reason, or rejects it; until then {before} bills everything.',
  },
  'biller-change-undated': {
    title: 'Another biller, from no day',
    text: '{after} is to bill the contract {contract} in place of {before}, and no day is given.',
    next: 'Sales enter the day from which it bills; until then {before} bills everything.',
  },
  'wrong-biller': {
    title: 'Issued by another than who bills',
    text: 'Invoice {number} was issued by {issuer}, but {biller} bills the contract {contract}.',
    next: 'Finance cancels the invoice where it was issued, or lets it pass once with a reason.',
  },
  'cancelled-invoice': {
    title: 'Cancelled by its issuer',
    text: 'Invoice {number} was cancelled where it was issued, and is still in the books of {system}.',
    next: 'Finance voids the invoice in {system}; its lines become billable again by themselves.',
  },
  'unapproved-expense': {
    title: 'Expense is not approved',
    text: 'The expense of {amount} {currency} on {day} has the approval status "{approval}".',
    next: 'The delivery manager approves or rejects the expense; it goes on by itself once approved.',
  },
  'rate-mismatch': {
    title: 'Rate differs from the contract',
    text: 'The rate for {role} is {rate} {currency}; the contract says {expected} {currency}.',
    next: 'Correct the rate or the rate card and choose Retry, or approve this rate once with a reason.',
  },
  'rate-currency-mismatch': {
    title: 'Currency differs from the contract',
    text: 'The rate for {role} is in {currency}; the contract {contract} is in {expected}.',
    next: 'Correct the currency of the entry or of the contract and choose Retry, or approve this once with a reason.',
  },
  'role-not-on-rate-card': {
    title: 'Role is not on the rate card',
    text: 'The contract {contract} agrees no rate for the role {role}, so {rate} {currency} cannot be checked.',
    next: 'Add the role to the rate card or correct the role and choose Retry, or approve this once with a reason.',
  },
  'missing-purchase-order': {
    title: 'Purchase order is missing',
    text: 'The contract {contract} has no purchase order number, and the customer must not be billed without one.',
    next: 'Enter the purchase order on the deal and choose Retry, or approve this once with a reason.',
  },
  'exhausted-purchase-order': {
    title: 'Purchase order is used up',
    text: 'Purchase order {purchaseOrder} is for {limit} {currency}; {used} is used, so {amount} more does not fit.',
    next: 'Raise the limit or enter a new purchase order and choose Retry, or approve this once with a reason.',
  },
  'purchase-order-currency': {
    title: 'Not in the purchase order currency',
    text: 'Purchase order {purchaseOrder} is in {currency}, so hours in {other} cannot be counted against it.',
    next: 'Correct the currency or the order and choose Retry, or approve this once, uncounted, with a reason.',
  },
  'unknown-reference': {
    title: 'Refers to something unknown',
    text: '{field} names a record that {system} does not have, and none is on its way there.',
    next: 'Create or link the record in {system}; this one then goes on by itself.',
  },
  'missing-reference': {
    title: 'Reference is empty',
    text: '{field} is empty, and {system} does not take the record without it.',
    next: 'Fill it in in the system that owns the record; this one then goes on by itself.',
  },
  duplicate: {
    title: 'Possible duplicate',
    text: '{system} already has a record that looks the same: {other}.',
    next: 'Link this record to {other} if they are the same, or approve it as a second one with a reason.',
  },
  'duplicate-time': {
    title: 'Same time entered twice',
    text: 'The same time of {day}, {hours} h with that role and note, is already in {system}: {other}.',
    next: 'The delivery manager rejects the entry if it was entered twice, or approves it with a reason if it was not.',
  },
  'missing-legal-entity': {
    title: 'Legal entity is missing',
    text: 'The sale {contract} does not say which of your companies made it, so nothing of it is made yet.',
    next: 'Enter the legal entity on the deal; a firm with one company sets it as the default of that field.',
  },
  'missing-delivery-region': {
    title: 'Delivery region is missing',
    text: 'The sale {contract} does not say from where it is delivered, so nothing of it is made yet.',
    next: 'Enter the delivery region on the deal; a firm with one region sets it as the default of that field.',
  },
  'circular-hierarchy': {
    title: 'Company belongs to itself',
    text: 'Following the parent companies of {customer} leads back to {customer}, so none of them can be made first.',
    next: 'Correct the parent company on one of the accounts.',
  },
  'waits-for-sale': {
    title: 'Waiting for the sale',
    text: 'The sale {contract} lacks something that has to be known first; its own status says what.',
    next: 'Nothing to do here: it goes on by itself once the sale is complete.',
  },
  'duplicate-expense': {
    title: 'Same expense entered twice',
    text: 'An expense of {amount} {currency} on {day} with that category and note is already in {system}: {other}.',
    next: 'The delivery manager rejects the expense if it is a repeat, or approves it with a reason if it is not.',
  },
  'closed-period': {
    title: 'Accounting period is closed',
    text: '{day} lies in {period}, which is closed in {system}. The next open day is: {next}.',
    next: 'Finance posts it on the next open day with a reason, or waits until the period is opened again.',
  },
  'awaiting-reopening': {
    title: 'Waits for its period',
    text: '{day} lies in {period}, which is closed in {system}; finance has chosen to wait until it is opened again.',
    next: 'Nothing to do once the period is open; finance may still post it on the next open day: {next}.',
  },
  'unknown-legal-entity': {
    title: 'Legal entity is unknown',
    text: '{system} keeps no books for {name}. It knows: {known}.',
    next: 'Correct the legal entity where the record is kept, or set it up in {system}; it then goes on by itself.',
  },
  'no-legal-entity': {
    title: 'Customer of no legal entity',
    text: 'Nobody has said to which company this customer belongs, and {system} has several: {known}.',
    next: 'Enter the legal entity of the customer; the record then goes on by itself.',
  },
  'project-not-open-for-time': {
    title: 'Project is not open for time',
    text: 'The project {project} is {status} and takes no more entries.',
    next: 'The delivery manager opens the project again, moves the entry, or approves it once with a reason.',
  },
  'currency-mismatch': {
    title: 'Currency differs from the contract',
    text: 'The contract is in {expected}, but {what} is in {currency}.',
    next: 'Correct the currency and choose Retry, or approve this once with a reason.',
  },
  'over-budget': {
    title: 'More than was sold',
    text: 'The contract {contract} is for {total} {currency}; {used} is used, so {amount} more was not sold.',
    next: 'Agree a change order with the customer and choose Retry, or approve this once with a reason.',
  },
  'unapproved-change-order': {
    title: 'Change order is not approved',
    text: 'The contract {contract} is for {total} {currency}; {used} is used; {amount} more needs its change order.',
    next: 'Get the change order approved, which makes it {proposed}; this one then goes on by itself.',
  },
  'missing-tax-profile': {
    title: 'Tax profile is missing',
    text: 'The contract {contract} does not say how it is taxed, so it cannot be billed.',
    next: 'Enter the tax profile on the deal, then choose Retry.',
  },
  'missing-terms': {
    title: 'Payment terms are missing',
    text: 'Neither the contract {contract} nor its customer has payment terms, so no due date can be set.',
    next: 'Enter the payment terms on the deal or the customer, then choose Retry.',
  },
  'deal-cut': {
    title: 'Deal came down after provisioning',
    text: 'The deal {contract} is worth {amount} {currency} now; {system} holds {before} {currency}.',
    next: 'Delivery approve the cut with a reason, or reject it: {system} keeps its amounts, and all else goes on.',
  },
  'deal-hours-cut': {
    title: 'Deal has fewer hours than provisioned',
    text: 'The deal {contract} has {hours} h of {role} now; {system} holds {before} h.',
    next: 'Delivery approve the cut with a reason, or reject it: {system} keeps its amounts, and all else goes on.',
  },
};
