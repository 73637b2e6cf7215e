// What an admin does to connect this org, step by step, and which of it is still open. Until then nothing is framed.
import isAdmin from '@salesforce/customPermission/Role_Admin';
import currency from '@salesforce/i18n/currency';
import CONNECTION from '@salesforce/schema/Connection__c';
import CURRENCY from '@salesforce/schema/Connection__c.Currency__c';
import USERNAME from '@salesforce/schema/Connection__c.Integration_Username__c';
import KEEP_IN_EU from '@salesforce/schema/Connection__c.Keep_In_EU__c';
import PAIRING_CODE from '@salesforce/schema/Connection__c.Pairing_Code__c';
import STATE from '@salesforce/schema/Connection__c.State__c';
import { askToConnect } from 'c/tieoutAsk';
import { askHowFar } from 'c/tieoutHub';
import { fill, messageOf, stateLook } from 'c/tieoutReading';
import { labels } from 'c/tieoutWords';
import { createRecord } from 'lightning/uiRecordApi';
import { api, LightningElement } from 'lwc';

const lookSeconds = 3;
const looksMax = 100;

const done = { title: labels.stepDone, icon: 'utility:success', badge: 'slds-theme_success' };
const open = { title: labels.stepMissing, icon: 'utility:warning', badge: 'slds-theme_warning' };
const waiting = { ...stateLook('on-its-way'), title: labels.stepWaiting };

export default class TieoutSetUp extends LightningElement {
  labels = labels;
  isAdmin = Boolean(isAdmin);
  joinings = [
    { label: labels.joiningNo, value: 'first' },
    { label: labels.joiningYes, value: 'code' },
  ];
  joining = 'first';
  username = '';
  code = '';
  isKeptInEu = false;
  problem = '';
  announcement = '';
  isConnecting = false;
  hasTried = false;
  unsent = null;
  /** What Tieout said last, as long as it cannot write into the row by itself. */
  heard = null;
  look = 0;
  timer = null;
  row = null;

  @api
  get connection() {
    return this.row;
  }

  set connection(row) {
    if (row?.Id !== this.row?.Id) this.heard = null;
    this.row = row;
    if (!this.username) this.username = row?.username?.value ?? '';
    if (this.state === 'pairing') this.lookSoon();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  get state() {
    return this.row?.state.value ?? null;
  }

  get isFirst() {
    return this.joining === 'first';
  }

  get connectLabel() {
    return this.state === null ? labels.connect : labels.connectAgain;
  }

  /** Once it has signed in, Tieout says in the row itself what is open. What held once may no longer hold. */
  get hasSignedIn() {
    return Boolean(this.row?.checked?.value) && (this.state === 'pairing' || this.state === 'refused');
  }

  get missing() {
    return (this.row?.missing?.value ?? '').split(' ').filter(Boolean);
  }

  /** Before the first try nothing is known, so no step claims to be done. */
  get steps() {
    const heard = new Set(this.hasSignedIn ? [] : this.heard?.missing);
    const lacks = this.missing[0] === 'access' ? this.missing.slice(1).join(', ') : '';
    const isPast = (code) => this.hasSignedIn || (code === 'authorise' && (heard.has('assign') || heard.has('user')));
    const lookOf = (code) => (heard.has(code) ? open : isPast(code) ? done : null);
    const access = lacks === '' ? '' : ` ${fill(labels.stepAccessMissing, { names: lacks })}`;
    const said = this.said([...heard][0]);
    return [
      { code: 'authorise', title: labels.stepAuthorise, text: labels.stepAuthoriseText, look: lookOf('authorise') },
      { code: 'assign', title: labels.stepAssign, text: labels.stepAssignText, look: lookOf('assign') },
      {
        code: 'access',
        title: labels.stepAccess,
        text: labels.stepAccessText + access,
        look: lacks !== '' ? open : lookOf('access'),
      },
      {
        code: 'connect',
        title: labels.stepConnect,
        text: said === '' ? labels.stepConnectText : `${labels.stepConnectText} ${said}`,
        look: said !== '' || this.state === 'stopped' ? open : this.state === 'pairing' ? waiting : null,
      },
    ];
  }

  /** Why the last try led nowhere, where none of the steps before says so. */
  said(heard) {
    if (heard === 'user') return labels.stepUser;
    if (heard === 'app') return labels.noApp;
    if (this.state === 'refused') return this.missing.includes('code') ? labels.codeRefused : labels.refusedText;
    return this.state === 'connected' ? labels.silentHealth : '';
  }

  keepUsername(event) {
    this.username = event.detail.value;
    this.unsent = null;
    // What was wrong goes while it is being put right: were it to go on leaving the field, the button would move away.
    if (this.hasTried) event.target.reportValidity();
  }

  keepCode(event) {
    this.code = event.detail.value;
    this.unsent = null;
    if (this.hasTried) event.target.reportValidity();
  }

  keepJoining(event) {
    this.joining = event.detail.value;
    this.unsent = null;
  }

  keepInEu(event) {
    this.isKeptInEu = event.target.checked;
    this.unsent = null;
  }

  /** A row and a request that names it. Should the second fail, the next click sends it alone. */
  async connect() {
    this.hasTried = true;
    if (this.isConnecting || !this.isFilledIn()) return;
    this.isConnecting = true;
    this.problem = '';
    try {
      this.unsent ??= await this.createConnection();
      await askToConnect(this.unsent, this.username);
      this.unsent = null;
      this.announcement = labels.stepWaiting;
      this.look = 0;
      this.dispatchEvent(new CustomEvent('look'));
    } catch (error) {
      this.problem = fill(labels.askFailed, { message: messageOf(error) });
    } finally {
      this.isConnecting = false;
    }
  }

  isFilledIn() {
    const isNamed = this.refs.username.reportValidity();
    return (this.refs.code?.reportValidity() ?? true) && isNamed;
  }

  async createConnection() {
    const { id } = await createRecord({
      apiName: CONNECTION.objectApiName,
      fields: {
        [STATE.fieldApiName]: 'pairing',
        [USERNAME.fieldApiName]: this.username,
        [PAIRING_CODE.fieldApiName]: this.isFirst ? null : this.code.trim(),
        [KEEP_IN_EU.fieldApiName]: this.isFirst && this.isKeptInEu,
        [CURRENCY.fieldApiName]: currency,
      },
    });
    return id;
  }

  lookSoon() {
    if (this.timer !== null || this.look >= looksMax) return;
    this.look += 1;
    // eslint-disable-next-line @lwc/lwc/no-async-operation
    this.timer = setTimeout(async () => {
      await this.askAgain();
      this.timer = null;
      this.dispatchEvent(new CustomEvent('look'));
    }, lookSeconds * 1_000);
  }

  /** While an admin has something to do, which Tieout cannot notice by itself. */
  async askAgain() {
    const isTheirTurn = !this.hasSignedIn || this.missing[0] === 'access';
    if (!isAdmin || !isTheirTurn || !this.row?.username?.value) return;
    this.heard = await askHowFar(this.row.Id, this.row.username.value);
    this.problem = this.heard.state === 'silent' ? labels.hubSilent : '';
  }
}
