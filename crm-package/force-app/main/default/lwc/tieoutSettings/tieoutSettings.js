// The settings tab: set-up steps until Tieout has connected; then its page in a frame, told by a record who the user is.
import isAdmin from '@salesforce/customPermission/Role_Admin';
import canView from '@salesforce/customPermission/View_Status';
import CONNECTION from '@salesforce/schema/Connection__c';
import USERNAME from '@salesforce/schema/Connection__c.Integration_Username__c';
import PAIRING_CODE from '@salesforce/schema/Connection__c.Pairing_Code__c';
import STATE from '@salesforce/schema/Connection__c.State__c';
import SESSION from '@salesforce/schema/Session__c';
import NONCE_HASH from '@salesforce/schema/Session__c.Nonce_Hash__c';
import { askToConnect } from 'c/tieoutAsk';
import { fill, messageOf, rowsOf, stateLook } from 'c/tieoutReading';
import { labels } from 'c/tieoutWords';
import { gql, graphql } from 'lightning/graphql';
import { createRecord } from 'lightning/uiRecordApi';
import { LightningElement, wire } from 'lwc';
import { makeNonce, makePairingCode, sha256Hex } from './proof';

/** The one address: the same as in the CSP trusted site and in the outbound message. */
const hub = 'https://hub.tieout.example';

const userQuery = gql`
  query tieoutConnection {
    uiapi {
      query {
        connections: Connection__c(first: 1, orderBy: { CreatedDate: { order: DESC } }) {
          edges { node { Id state: State__c { value } installation: Installation__c { value } } }
        }
      }
    }
  }
`;

/** What only an admin may read is asked for only by one: a field out of sight fails the whole query. */
const adminQuery = gql`
  query tieoutPairing {
    uiapi {
      query {
        connections: Connection__c(first: 1, orderBy: { CreatedDate: { order: DESC } }) {
          edges {
            node {
              Id
              state: State__c { value }
              installation: Installation__c { value }
              username: Integration_Username__c { value }
              code: Pairing_Code__c { value }
              missing: Missing__c { value }
            }
          }
        }
      }
    }
  }
`;

const lookSeconds = 3;
const looksMax = 100;
const provingGapMs = 5_000;
const heightMin = 200;
const heightMax = 4_000;

export default class TieoutSettings extends LightningElement {
  labels = labels;
  query = isAdmin ? adminQuery : userQuery;
  isAdmin = Boolean(isAdmin);
  announcement = '';
  problem = '';
  username = '';
  heightPx = 720;
  answer;
  error;
  refresh;
  isConnecting = false;
  hasTried = false;
  unsent = null;
  provedAtMs = 0;
  look = 0;
  timer = null;

  get variables() {
    return canView ? {} : undefined;
  }

  @wire(graphql, { query: '$query', variables: '$variables' })
  receive({ data, errors, refresh }) {
    this.refresh = refresh;
    this.error = errors;
    if (!data) return;
    this.answer = data;
    if (!this.username) this.username = this.connection?.username?.value ?? '';
    if (this.state === 'pairing') this.lookSoon();
  }

  connectedCallback() {
    this.onMessage = (event) => this.hear(event);
    window.addEventListener('message', this.onMessage);
  }

  disconnectedCallback() {
    window.removeEventListener('message', this.onMessage);
    clearTimeout(this.timer);
  }

  get connection() {
    return rowsOf(this.answer, 'connections')[0];
  }

  get state() {
    return this.connection?.state.value ?? null;
  }

  get isLoading() {
    return Boolean(canView) && !this.answer && !this.error;
  }

  get notice() {
    if (!canView) return { role: 'status', title: labels.noPermissionTitle, text: labels.noPermissionText };
    if (this.answer) return null;
    const text = fill(labels.errorText, { message: messageOf(this.error) });
    return { role: 'alert', title: labels.errorTitle, text, canReload: true };
  }

  get installation() {
    return this.connection?.installation.value ?? null;
  }

  get frameUrl() {
    if (this.state !== 'connected' || !this.installation) return null;
    return `${hub}/embed/salesforce?installation=${encodeURIComponent(this.installation)}`;
  }

  get frameStyle() {
    return `block-size: ${this.heightPx}px`;
  }

  get connectLabel() {
    return this.state === null ? labels.connect : labels.connectAgain;
  }

  /** Before the first try nothing is known, so no step claims to be done. */
  get steps() {
    const missing = new Set((this.connection?.missing?.value ?? '').split(' ').filter(Boolean));
    const done = { title: labels.stepDone, icon: 'utility:success', badge: 'slds-theme_success' };
    const open = { title: labels.stepMissing, icon: 'utility:warning', badge: 'slds-theme_warning' };
    const waiting = { ...stateLook('on-its-way'), title: labels.stepWaiting };
    const looks = { refused: open, stopped: open, pairing: waiting };
    const lookOf = (code) => {
      if (missing.has(code)) return open;
      return this.state === 'refused' || this.state === 'stopped' ? done : null;
    };
    const code = this.connection?.code?.value;
    return [
      { code: 'authorise', title: labels.stepAuthorise, text: labels.stepAuthoriseText, look: lookOf('authorise') },
      { code: 'assign', title: labels.stepAssign, text: labels.stepAssignText, look: lookOf('assign') },
      { code: 'connect', title: labels.stepConnect, text: labels.stepConnectText, look: looks[this.state] ?? null },
      ...(code && this.state === 'pairing'
        ? [{ code: 'pair', title: labels.stepPair, text: fill(labels.stepPairText, { code }), look: waiting }]
        : []),
    ];
  }

  keepUsername(event) {
    this.username = event.detail.value;
    this.unsent = null;
    // What was wrong goes while it is being put right: were it to go on leaving the field, the button would move away.
    if (this.hasTried) event.target.reportValidity();
  }

  /** A row and a request that names it. Should the second fail, the next click sends it alone. */
  async connect() {
    this.hasTried = true;
    if (this.isConnecting || !this.refs.username.reportValidity()) return;
    this.isConnecting = true;
    this.problem = '';
    try {
      this.unsent ??= await this.createConnection();
      await askToConnect(this.unsent, this.username);
      this.unsent = null;
      this.announcement = labels.stepWaiting;
      this.look = 0;
      await this.reload();
      this.lookSoon();
    } catch (error) {
      this.problem = fill(labels.askFailed, { message: messageOf(error) });
    } finally {
      this.isConnecting = false;
    }
  }

  async createConnection() {
    const { id } = await createRecord({
      apiName: CONNECTION.objectApiName,
      fields: {
        [STATE.fieldApiName]: 'pairing',
        [USERNAME.fieldApiName]: this.username,
        [PAIRING_CODE.fieldApiName]: makePairingCode(),
      },
    });
    return id;
  }

  async reload() {
    await this.refresh?.();
  }

  lookSoon() {
    if (this.timer !== null || this.look >= looksMax) return;
    this.look += 1;
    // eslint-disable-next-line @lwc/lwc/no-async-operation
    this.timer = setTimeout(() => {
      this.timer = null;
      this.reload();
    }, lookSeconds * 1_000);
  }

  /** Only the framed page itself is heard, and it can ask for three things. */
  hear({ origin, source, data }) {
    const frame = this.refs.frame?.contentWindow;
    if (!frame || origin !== hub || source !== frame || data?.tieout !== 1) return;
    if (data.type === 'ready') this.prove(frame);
    if (data.type === 'accepted') this.announcement = '';
    if (data.type === 'refused') this.announcement = fill(labels.settingsRefused, { code: data.code });
    const height = Number(data.heightPx);
    if (data.type === 'height' && height > 0) this.heightPx = Math.min(heightMax, Math.max(heightMin, height));
  }

  /** The row holds the nonce's hash only: whoever reads rows learns nothing that opens a session. */
  async prove(frame) {
    const nowMs = Date.now();
    if (nowMs - this.provedAtMs < provingGapMs) return;
    this.provedAtMs = nowMs;
    this.announcement = labels.settingsProving;
    try {
      const nonce = makeNonce();
      const row = await createRecord({
        apiName: SESSION.objectApiName,
        fields: { [NONCE_HASH.fieldApiName]: await sha256Hex(nonce) },
      });
      frame.postMessage({ tieout: 1, type: 'session', installation: this.installation, session: row.id, nonce }, hub);
    } catch (error) {
      this.announcement = fill(labels.settingsRefused, { code: messageOf(error) });
    }
  }
}
