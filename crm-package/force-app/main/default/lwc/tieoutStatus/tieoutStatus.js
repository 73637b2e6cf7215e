// How far this record has come in the other systems. Reads rows of this org only, so it works while Tieout is down.
import canView from '@salesforce/customPermission/View_Status';
import STATUS from '@salesforce/schema/Sync_Status__c';
import { askToCheck, askToSync } from 'c/tieoutAsk';
import {
  fill,
  isSilent,
  isUnfinished,
  messageOf,
  msOf,
  readCheck,
  readStatuses,
  readTimeline,
  rowsOf,
  wordingOf,
} from 'c/tieoutReading';
import { labels } from 'c/tieoutWords';
import { isEmpEnabled, subscribe, unsubscribe } from 'lightning/empApi';
import { gql, graphql } from 'lightning/graphql';
import { api, LightningElement, wire } from 'lwc';

/** Own fields have an alias each: their names are prefixed when the package is built, and so would be the answer's keys. */
const query = gql`
  query tieoutStatus($record: String, $id: ID) {
    uiapi {
      query {
        connections: Connection__c(first: 1, orderBy: { CreatedDate: { order: DESC } }) {
          edges { node { Id state: State__c { value } checked: Checked_At__c { value } } }
        }
        statuses: Sync_Status__c(first: 50, where: { Record_Id__c: { eq: $record } }) {
          edges {
            node {
              Id
              system: Target_System__c { value }
              state: Status__c { value }
              reason: Reason__c { value }
              params: Params__c { value }
              counterpart: External_Ref__c { value }
              link: Link__c { value }
              last: Last_Synced__c { value }
              next: Next_Attempt__c { value }
              owner: Owner__c { value }
              amounts: Amounts__c { value }
              changed: LastModifiedDate { value }
            }
          }
        }
        asks: Outbox__c(
          first: 5
          where: { and: [{ Record_Id__c: { eq: $record } }, { Kind__c: { in: ["SYNC_NOW", "CHECK"] } }] }
          orderBy: { CreatedDate: { order: DESC } }
        ) {
          edges { node { Id kind: Kind__c { value } at: CreatedDate { value } } }
        }
        invoices: Invoice__c(
          first: 5
          where: { or: [{ Account__c: { eq: $id } }, { Opportunity__c: { eq: $id } }] }
          orderBy: { Issued_On__c: { order: DESC } }
        ) {
          edges { node { Id number: Name { value } issued: Issued_On__c { value } due: Due_On__c { value } } }
        }
        deals: Opportunity(first: 1, where: { Id: { eq: $id } }) {
          edges { node { Id isClosed: IsClosed { value } } }
        }
      }
    }
  }
`;

/** Seconds between looks after somebody has asked: often at first, because an answer is due within five. */
const looks = [1, 1, 1, 1, 1, 2, 3, 5, 10, 15, 20];
/** What is on its way by itself is looked at twice a minute, for ten minutes at most. */
const slowLookSeconds = 30;
const slowLooksMax = 20;

export default class TieoutStatus extends LightningElement {
  @api recordId;
  @api objectApiName;
  labels = labels;
  query = query;
  announcement = '';
  statuses = [];
  timeline = [];
  answer;
  error;
  refresh;
  asked = null;
  look = 0;
  timer = null;
  subscription = null;

  get variables() {
    return canView && this.recordId ? { record: this.recordId, id: this.recordId } : undefined;
  }

  @wire(graphql, { query: '$query', variables: '$variables' })
  receive({ data, errors, refresh }) {
    this.refresh = refresh;
    this.error = errors;
    if (!data) return;
    this.answer = data;
    this.statuses = readStatuses(data);
    this.timeline = readTimeline(data, this.statuses);
    if (this.asked && wordingOf(data, this.asked.isCheck) !== this.asked.wording) {
      this.announcement = this.asked.isCheck ? labels.checked : labels.answered;
      this.asked = null;
    }
    this.watch();
  }

  connectedCallback() {
    this.onFocus = () => this.reload();
    window.addEventListener('focus', this.onFocus);
  }

  disconnectedCallback() {
    window.removeEventListener('focus', this.onFocus);
    this.rest();
    this.unlisten();
  }

  get isLoading() {
    return Boolean(canView) && !this.answer && !this.error;
  }

  get connectionRow() {
    return rowsOf(this.answer, 'connections')[0];
  }

  get connection() {
    return this.connectionRow?.state.value ?? null;
  }

  /** Set when Tieout has not been here for long: then what is shown may be out of date. */
  get silentSince() {
    return isSilent(this.connectionRow) ? msOf(this.connectionRow.checked.value) : null;
  }

  get isStopped() {
    return this.connection === 'stopped';
  }

  get canAsk() {
    return Boolean(canView) && (this.connection === 'connected' || this.statuses.length > 0);
  }

  get isOpenDeal() {
    const [deal] = rowsOf(this.answer, 'deals');
    return deal !== undefined && deal.isClosed.value !== true;
  }

  get hasStatuses() {
    return this.statuses.length > 0;
  }

  get hasTimeline() {
    return this.timeline.length > 0;
  }

  /** Only of use before the deal is closed: afterwards the statuses say what has come of it. */
  get check() {
    return this.isOpenDeal ? readCheck(this.answer) : null;
  }

  /** Said instead of statuses when there are none to show. */
  get notice() {
    if (!canView) return { role: 'status', title: labels.noPermissionTitle, text: labels.noPermissionText };
    if (this.error && !this.answer) {
      const text = fill(labels.errorText, { message: messageOf(this.error) });
      return { role: 'alert', title: labels.errorTitle, text, canReload: true };
    }
    if (this.statuses.length > 0 || this.check) return null;
    if (this.connection === 'connected') return { role: 'status', title: labels.emptyTitle, text: labels.emptyText };
    return { role: 'status', title: labels.notConnectedTitle, text: labels.notConnectedText };
  }

  sync() {
    return this.ask(askToSync, false);
  }

  askForCheck() {
    return this.ask(askToCheck, true);
  }

  async ask(send, isCheck) {
    if (this.asked) return;
    this.asked = { isCheck, wording: wordingOf(this.answer, isCheck) };
    this.announcement = labels.asked;
    try {
      await send(this.objectApiName, this.recordId);
      // A look may be due only in half a minute.
      this.rest();
      this.look = 0;
      this.watch();
    } catch (error) {
      this.asked = null;
      this.announcement = fill(labels.askFailed, { message: messageOf(error) });
    }
  }

  async reload() {
    await this.refresh?.();
  }

  /** Listens and looks only while something is unfinished: deliveries of events are an allowance the whole org shares. */
  watch() {
    if (!this.asked && !isUnfinished(this.statuses)) {
      this.rest();
      this.unlisten();
      this.look = 0;
      return;
    }
    this.listen();
    if (this.timer !== null) return;
    const seconds = this.asked ? looks[this.look] : slowLookSeconds;
    if (seconds === undefined) {
      this.asked = null;
      this.announcement = labels.noAnswerYet;
      this.look = 0;
      this.watch();
      return;
    }
    if (!this.asked && this.look >= slowLooksMax) return;
    this.look += 1;
    // eslint-disable-next-line @lwc/lwc/no-async-operation
    this.timer = setTimeout(() => this.lookAgain(), seconds * 1_000);
  }

  async lookAgain() {
    this.timer = null;
    await this.reload();
    this.watch();
  }

  rest() {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  async listen() {
    if (this.subscription) return;
    this.subscription = 'asked for';
    try {
      const prefix = STATUS.objectApiName.replace('Sync_Status__c', '');
      if (!(await isEmpEnabled())) return;
      this.subscription = await subscribe(`/event/${prefix}Sync_Status_Changed__e`, -1, ({ data }) => {
        const named = String(data.payload[`${prefix}Record_Ids__c`] ?? '');
        if (named === '*' || named.includes(this.recordId)) this.reload();
      });
    } catch {
      // Without events the page still looks by itself.
    }
  }

  unlisten() {
    if (this.subscription?.id) unsubscribe(this.subscription, () => {});
    this.subscription = null;
  }
}
