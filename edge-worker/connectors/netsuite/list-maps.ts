// The lists of an account that controls look at: accounting periods and subsidiaries. They are only read.
import { day, inverseFlag, orNull, text, textOrNull } from '../codecs.ts';
import { at, type EntityMap } from '../connector.ts';
import { currencyCode, isOpenPeriod, isPostingPeriod } from './values.ts';

const period: EntityMap<'period'> = {
  recordType: 'accountingperiod',
  canCreate: false,
  canWrite: false,
  required: [],
  fields: {
    name: at('values.periodname', text, 'in'),
    startOn: at('values.startdate', day, 'in'),
    endOn: at('values.enddate', day, 'in'),
    isOpen: at('values.closed', isOpenPeriod, 'in'),
    isPosting: at('values.isyear', isPostingPeriod, 'in'),
  },
};

const legalEntity: EntityMap<'legal-entity'> = {
  recordType: 'subsidiary',
  canCreate: false,
  canWrite: false,
  required: [],
  fields: {
    name: at('values.name', text, 'in'),
    currency: at('values.currency', orNull(currencyCode), 'in'),
    country: at('values.country', textOrNull, 'in'),
    isActive: at('values.isinactive', inverseFlag, 'in'),
  },
};

export const listMaps = { period, 'legal-entity': legalEntity };
