// Runs when the package is installed or updated: makes the settings row, once.

/**
 * @NApiVersion 2.1
 * @NScriptType SDFInstallationScript
 * @NModuleScope SameAccount
 */
import * as log from 'N/log';
import type { EntryPoints } from 'N/types';
import { usualHub } from '../hub-address.ts';
import { createSettings, readSettings } from '../settings.ts';

export const run: EntryPoints.SDFInstallation.run = ({ fromVersion, toVersion }) => {
  if (readSettings() === null) createSettings(usualHub);
  log.audit({ title: 'Tieout: installed', details: `${fromVersion ?? 'nothing'} -> ${toVersion}` });
};
