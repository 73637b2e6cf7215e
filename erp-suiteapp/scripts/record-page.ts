// Puts the Tieout subtab on a record page: at most 20 units, no call out of the account.
import * as format from 'N/format';
import * as runtime from 'N/runtime';
import type { EntryPoints } from 'N/types';
import * as serverWidget from 'N/ui/serverWidget';
import * as url from 'N/url';
import { knownType } from './record-types.ts';
import { statusesOf } from './status-shown.ts';
import { statusTab } from './status-tab.ts';

const tabId = 'custpage_tieout';
const clientScript = '/SuiteApps/com.tieout.hub/scripts/tieout_cs_sync.js';

export function drawStatus({ type, form, newRecord }: EntryPoints.UserEvent.beforeLoadContext): void {
  const mode = String(type);
  if (runtime.executionContext !== runtime.ContextType.USER_INTERFACE) return;
  if (mode !== 'view' && mode !== 'edit') return;
  const recordType = String(newRecord.type).toLowerCase();
  if (knownType(recordType)?.isCaptured !== true) return;
  const recordId = String(newRecord.id);
  const shown = statusTab(statusesOf(recordType, recordId), {
    shownInstant: (iso) => String(format.format({ value: new Date(iso), type: format.Type.DATETIME })),
    settingsAddress: url.resolveScript({
      scriptId: 'customscript_tieout_sl_settings',
      deploymentId: 'customdeploy_tieout_sl_settings',
      params: { open: `record/${recordType}/${recordId}` },
    }),
  });
  form.addTab({ id: tabId, label: 'Tieout' });
  const field = {
    id: `${tabId}_status`,
    type: serverWidget.FieldType.INLINEHTML,
    label: 'Tieout status',
    container: tabId,
  };
  form.addField(field).defaultValue = shown.text;
  if (mode !== 'view') return;
  form.clientScriptModulePath = clientScript;
  form.addButton({ id: `${tabId}_sync`, label: 'Sync now', functionName: 'syncNow' });
}
