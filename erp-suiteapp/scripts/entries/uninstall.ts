// Runs before the package leaves the account: tells the hub, which looks and stops. Nothing here may stop the removal.

/**
 * @NApiVersion 2.1
 * @NScriptType SDFInstallationScript
 * @NModuleScope SameAccount
 */
import * as log from 'N/log';
import { nowMs } from '../clock.ts';
import { accountId } from '../environment.ts';
import { sendBatch } from '../sending.ts';
import { changeSettings, readSettings } from '../settings.ts';

export const run = (): void => {
  try {
    const settings = readSettings();
    if (settings === null || settings.state !== 'connected' || settings.key === '') return;
    const { is } = sendBatch(
      settings,
      { delivery: `${accountId()}-uninstalled-${nowMs()}`, notices: [] },
      'uninstalled',
    );
    changeSettings(settings.id, { state: 'ended' });
    log.audit({ title: 'Tieout: uninstalled', details: `the hub was told: ${is}` });
  } catch (problem) {
    log.error({ title: 'Tieout: uninstall', details: problem });
  }
};
