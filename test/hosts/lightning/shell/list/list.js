// The newest records of a type, as a list view shows them.
import { api, LightningElement } from 'lwc';
import { describe, labelOf, query, reasonsOf, recordPage, textOf } from 'shell/org';

const columnsMax = 5;
const rowsMax = 50;
const usual = { Opportunity: ['StageName', 'Amount', 'CloseDate'], Account: ['BillingCity', 'BillingCountry'] };

export default class List extends LightningElement {
  @api recordType;
  title = '';
  columns = [];
  rows = null;
  problem = '';

  async connectedCallback() {
    try {
      const type = await describe(this.recordType);
      this.title = type.labelPlural;
      const own = type.fields.filter(
        ({ custom, type: kind, length }) => custom && !(kind === 'textarea' && length > 255),
      );
      const names = usual[this.recordType] ?? own.slice(0, columnsMax).map(({ name }) => name);
      const fields = names.map((name) => type.fields.find((field) => field.name === name));
      this.columns = [
        { name: 'Name', label: 'Name' },
        ...fields.map((field) => ({ name: field.name, label: labelOf(field) })),
      ];
      const soql = `SELECT Id, Name, ${names.join(', ')} FROM ${this.recordType} ORDER BY CreatedDate DESC LIMIT ${rowsMax}`;
      const { records } = await query(soql);
      this.rows = records.map((record) => ({
        id: record.Id,
        name: record.Name,
        page: recordPage(this.recordType, record.Id),
        cells: fields.map((field) => ({ name: field.name, text: textOf(field, record[field.name], null) })),
      }));
    } catch (error) {
      this.problem = reasonsOf(error).join(' ');
    }
  }

  get isEmpty() {
    return this.rows?.length === 0;
  }
}
