// The settings tab: set-up steps until Tieout is connected; then its page in a frame, told by a record who the user is.
import isAdmin from '@salesforce/customPermission/Role_Admin';
import canView from '@salesforce/customPermission/View_Status';
import SESSION from '@salesforce/schema/Session__c';
import NONCE_HASH from '@salesforce/schema/Session__c.Nonce_Hash__c';
import { hub } from 'c/tieoutHub';
import { fill, isSilent, messageOf, rowsOf } from 'c/tieoutReading';
import { labels } from 'c/tieoutWords';
import { gql, graphql } from 'lightning/graphql';
import { createRecord } from 'lightning/uiRecordApi';
import { LightningElement, wire } from 'lwc';
import { makeNonce, sha256Hex } from './proof';

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
              checked: Checked_At__c { value }
            }
          }
        }
      }
    }
  }
`;

const provingGapMs = 5_000;
const heightMin = 200;
const heightMax = 4_000;

export default class TieoutSettings extends LightningElement {
  labels = labels;
  query = isAdmin ? adminQuery : userQuery;
  announcement = '';
  heightPx = 720;
  answer;
  error;
  refresh;
  provedAtMs = 0;

  get variables() {
    return canView ? {} : undefined;
  }

  @wire(graphql, { query: '$query', variables: '$variables' })
  receive({ data, errors, refresh }) {
    this.refresh = refresh;
    this.error = errors;
    if (data) this.answer = data;
  }

  connectedCallback() {
    this.onMessage = (event) => this.hear(event);
    window.addEventListener('message', this.onMessage);
  }

  disconnectedCallback() {
    window.removeEventListener('message', this.onMessage);
  }

  get connection() {
    return rowsOf(this.answer, 'connections')[0] ?? null;
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

  /** Tieout that no longer may sign in cannot say so here: an admin is shown the steps again. */
  get frameUrl() {
    if (this.state !== 'connected' || !this.installation || (isAdmin && isSilent(this.connection))) return null;
    return `${hub}/embed/salesforce?installation=${encodeURIComponent(this.installation)}`;
  }

  get frameStyle() {
    return `block-size: ${this.heightPx}px`;
  }

  async reload() {
    await this.refresh?.();
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
