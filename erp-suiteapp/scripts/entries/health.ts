// The dashboard portlet: the health of the synchronisation in one small table.

/**
 * @NApiVersion 2.1
 * @NScriptType Portlet
 * @NModuleScope SameAccount
 */
import * as log from 'N/log';
import type { EntryPoints } from 'N/types';
import { healthShown } from '../health.ts';
import { html } from '../html.ts';

export const render: EntryPoints.Portlet.render = ({ portlet }) => {
  portlet.title = 'Tieout sync health';
  try {
    portlet.html = healthShown().text;
  } catch (problem) {
    log.error({ title: 'Tieout: portlet', details: problem });
    portlet.html = html`<p>The health of the synchronisation could not be read.</p>`.text;
  }
};
