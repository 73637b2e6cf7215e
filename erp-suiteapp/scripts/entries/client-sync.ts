// Runs in the browser, on record pages: the button Sync now and what it says to the person who pressed it.

/**
 * @NApiVersion 2.1
 * @NScriptType ClientScript
 * @NModuleScope SameAccount
 */
import * as currentRecord from 'N/currentRecord';
import * as https from 'N/https';
import * as message from 'N/ui/message';
import * as url from 'N/url';

const shownForMs = 8000;

/** A client script must have an entry point of the platform's own; ours has nothing to do there. */
export const pageInit = (): void => undefined;

export const syncNow = async (): Promise<void> => {
  const { type, id } = currentRecord.get();
  const address = url.resolveScript({
    scriptId: 'customscript_tieout_sl_sync',
    deploymentId: 'customdeploy_tieout_sl_sync',
  });
  let isAccepted = false;
  try {
    const answer = await https.post.promise({ url: address, body: { type: String(type), id: String(id) } });
    isAccepted = answer.code === 200 && JSON.parse(answer.body).accepted === true;
  } catch {
    // Said below, like any other refusal.
  }
  const told = isAccepted
    ? {
        type: message.Type.CONFIRMATION,
        title: 'Asked',
        message: 'Tieout reads this record anew, usually within seconds.',
      }
    : { type: message.Type.WARNING, title: 'Not asked', message: 'Tieout could not be asked. Try again in a minute.' };
  message.create({ ...told, duration: shownForMs }).show();
};
