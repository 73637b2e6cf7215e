// The quick action in a record's header: asks for a synchronisation and says that it was asked for.
import { askToSync } from 'c/tieoutAsk';
import { fill, messageOf } from 'c/tieoutReading';
import { labels } from 'c/tieoutWords';
import { ShowToastEvent } from 'lightning/platformShowToastEvent';
import { api, LightningElement } from 'lwc';

export default class TieoutSyncNow extends LightningElement {
  @api recordId;
  @api objectApiName;

  @api
  async invoke() {
    try {
      await askToSync(this.objectApiName, this.recordId);
      this.tell(labels.syncNow, labels.askedSync, 'success');
    } catch (error) {
      this.tell(labels.syncNow, fill(labels.askFailed, { message: messageOf(error) }), 'error');
    }
  }

  tell(title, message, variant) {
    this.dispatchEvent(new ShowToastEvent({ title, message, variant }));
  }
}
