// The settings page: Connect until the hub has accepted a signature, from then on the hub's own page in a frame.
import * as cache from 'N/cache';
import * as random from 'N/crypto/random';
import * as runtime from 'N/runtime';
import * as serverWidget from 'N/ui/serverWidget';
import * as url from 'N/url';
import { accountId, environment } from './environment.ts';
import { type Html, html, scriptValue } from './html.ts';
import { isHookOf } from './hub-address.ts';
import { style } from './look.ts';
import { pageToken } from './page-token.ts';
import { changeSettings, type Settings } from './settings.ts';

const fieldIds = {
  installation: 'custpage_tieout_installation',
  hook: 'custpage_tieout_hook',
  key: 'custpage_tieout_key',
  nonce: 'custpage_tieout_nonce',
} as const;

/** The scripts that sign. Nothing else in the account can use the key, and nobody can read it. */
const signers = ['mr_flush', 'sl_settings', 'sl_sync', 'uninstall'].map((name) => `customscript_tieout_${name}`);
const nonceSeconds = 3600;

type Parameters = Readonly<Record<string, unknown>>;

function nonces() {
  return cache.getCache({ name: 'tieout-settings', scope: cache.Scope.PRIVATE });
}

const nonceKey = () => `form-${runtime.getCurrentUser().id}`;

function addHtml(form: serverWidget.Form, id: string, content: Html): void {
  const field = form.addField({ id, type: serverWidget.FieldType.INLINEHTML, label: ' ' });
  field.defaultValue = content.text;
}

function addText(form: serverWidget.Form, id: string, label: string, value: string): void {
  const field = form.addField({ id, type: serverWidget.FieldType.TEXT, label });
  field.isMandatory = true;
  field.defaultValue = value;
}

/** Roles of ours that answer and approve; they may read the settings row, and not write it. */
const workingRoles = ['finance', 'delivery', 'approver'].map((name) => `customrole_tieout_${name}`);

/** Whoever else the deployment lets in sets Tieout up. */
export const mayConnect = (): boolean => !workingRoles.includes(runtime.getCurrentUser().roleId);

export function noticeForm(text: string): serverWidget.Form {
  const form = serverWidget.createForm({ title: 'Tieout Settings' });
  addHtml(form, 'custpage_tieout_notice', html`${style}<div class="tieout"><p>${text}</p></div>`);
  return form;
}

/** The page looks again by itself, unless somebody has begun to type. */
const lookAgainMs = 5000;

function lookAgain(): Html {
  const address = scriptValue(settingsAddress({}));
  return html`<p role="status">Waiting for the first signature. This page looks again by itself.</p>
<script>(function () {
  var timer = setTimeout(function () { location.replace(${address}); }, ${lookAgainMs});
  document.addEventListener('input', function () { clearTimeout(timer); });
})();</script>`;
}

/** What is done and what is still to do, in the order in which it is done. */
function checklist(settings: Settings): Html {
  const isConnected = settings.state === 'connected';
  const hasKey = isConnected && settings.key !== '';
  const isProven = isConnected && settings.proven !== '';
  const hourNote = 'A new key may take an hour to reach all servers of NetSuite; until then signatures are refused.';
  const steps: readonly (readonly [boolean, string, string])[] = [
    [true, 'The SuiteApp is installed', ''],
    [hasKey, 'The key of the hub is stored here', 'Connect below; the hub shows the key once.'],
    [isProven, 'The hub has accepted a first signature', hasKey ? hourNote : ''],
  ];
  const lines = steps.map(
    ([isDone, what, hint]) => html`<li>${isDone ? 'Done' : 'To do'}: ${what}. ${isDone ? '' : hint}</li>`,
  );
  const problem = settings.problem === '' ? null : html`<p>Last problem: ${settings.problem}</p>`;
  const isWaiting = hasKey && !isProven;
  return html`<h2>Checklist</h2><ol>${lines}</ol>${problem}${isWaiting ? lookAgain() : null}`;
}

export function connectForm(settings: Settings, refusal: string | null): serverWidget.Form {
  const form = serverWidget.createForm({ title: 'Tieout: Connect' });
  const place = `account=${encodeURIComponent(accountId())}&environment=${environment()}`;
  const hasEnded = settings.state === 'ended';
  const ended = hasEnded ? html`<p>The installation was ended by the hub. Connect to begin anew.</p>` : null;
  const refused = refusal === null ? null : html`<p role="alert"><strong>Not stored.</strong> ${refusal}</p>`;
  addHtml(
    form,
    'custpage_tieout_intro',
    html`${style}<div class="tieout">${refused}${ended}
<p>Tieout asks for your consent in NetSuite, which proves the account and your role.
It then shows an installation, a hook address and a key, once. Enter them here.</p>
<p><a href="${settings.hub}/connect/netsuite?${place}" target="_blank" rel="noopener">Connect to Tieout</a></p>
${checklist(settings)}</div>`,
  );
  addText(form, fieldIds.installation, 'Installation', settings.installation);
  addText(form, fieldIds.hook, 'Hook address', settings.hook);
  form.addSecretKeyField({
    id: fieldIds.key,
    label: 'Key',
    restrictToScriptIds: signers,
    restrictToCurrentUser: false,
  });
  const nonce = random.generateUUID();
  nonces().put({ key: nonceKey(), value: nonce, ttl: nonceSeconds });
  const field = form.addField({ id: fieldIds.nonce, type: serverWidget.FieldType.TEXT, label: 'Form' });
  field.defaultValue = nonce;
  field.updateDisplayType({ displayType: serverWidget.FieldDisplayType.HIDDEN });
  form.addSubmitButton({ label: 'Store' });
  return form;
}

function settingsAddress(params: Readonly<Record<string, string>>): string {
  const { id: scriptId, deploymentId } = runtime.getCurrentScript();
  return url.resolveScript({ scriptId, deploymentId, params: { ...params } });
}

/** Null when stored; else why not. The nonce shows that the form came from this page, not from another site. */
export function storeConnection(settings: Settings, parameters: Parameters): string | null {
  const given = (id: string) => String(parameters[id] ?? '').trim();
  const nonce = given(fieldIds.nonce);
  if (nonce === '' || nonces().get({ key: nonceKey() }) !== nonce)
    return 'The form is too old: enter the values again.';
  const installation = given(fieldIds.installation);
  const hook = given(fieldIds.hook);
  const key = given(fieldIds.key);
  if (!/^[\w-]{1,100}$/.test(installation)) return 'The installation is the text that begins with ins_.';
  if (!isHookOf(settings.hub, hook)) return `The hook address begins with ${settings.hub}/.`;
  if (key === '') return 'The key is missing.';
  changeSettings(settings.id, {
    state: 'connected',
    installation,
    hook,
    key,
    nextKey: '',
    proven: '',
    problem: '',
    pausedUntil: '',
  });
  return null;
}

/**
 * Posted, so that the token stands in no address and no log. Made by script, because forms cannot be nested. A frame
 * whose session has run out asks for another token, and whoever is signed in by then is named in it.
 */
export function framedForm(settings: Settings, open: string | null): serverWidget.Form {
  const form = serverWidget.createForm({ title: 'Tieout Settings' });
  const action = `${settings.hub}/embed/netsuite`;
  const token = pageToken(settings, open);
  const connectAgain = settingsAddress({ connect: 'T' });
  const again = mayConnect() ? html`<p><a href="${connectAgain}">Connect again or replace the key</a></p>` : null;
  addHtml(
    form,
    'custpage_tieout_frame',
    html`${style}<div class="tieout framed"><iframe name="tieout-page" title="Tieout settings"
allow="clipboard-write"></iframe>${again}</div>
<script>(function () {
  var form = document.createElement('form');
  var field = document.createElement('input');
  form.method = 'post'; form.action = ${scriptValue(action)}; form.target = 'tieout-page'; form.hidden = true;
  field.type = 'hidden'; field.name = 'token'; field.value = ${scriptValue(token)};
  form.appendChild(field); document.body.appendChild(form); form.submit(); form.remove();
  var hub = new URL(form.action).origin;
  addEventListener('message', function (event) {
    var frame = document.getElementsByName('tieout-page')[0].contentWindow;
    var said = event.data;
    if (event.source !== frame || event.origin !== hub || !said || said.tieout !== 1 || said.type !== 'ready') return;
    var tell = function (more) { frame.postMessage(Object.assign({ tieout: 1 }, more), hub); };
    fetch(${scriptValue(settingsAddress({ proof: 'T' }))}).then(function (answer) { return answer.json(); })
      .then(function (proof) { tell({ type: proof.token ? 'session' : 'unproven', token: proof.token }); })
      .catch(function () { tell({ type: 'unproven' }); });
  });
})();</script>`,
  );
  return form;
}
