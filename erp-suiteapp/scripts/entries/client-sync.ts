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

interface Told {
  readonly type: message.Type;
  readonly title: string;
  readonly message: string;
}

function toldOf(said: string): Told {
  switch (said) {
    case 'sent':
      return {
        type: message.Type.CONFIRMATION,
        title: 'Asked',
        message: 'Tieout reads this record now. Load the page again in a few seconds to see what came of it.',
      };
    case 'noted':
      return {
        type: message.Type.INFORMATION,
        title: 'Noted',
        message: 'Tieout cannot be reached at the moment. It reads this record as soon as it can be.',
      };
    default:
      return {
        type: message.Type.WARNING,
        title: 'Not asked',
        message: 'Tieout could not be asked. Try again in a minute.',
      };
  }
}

/** A client script must have an entry point of the platform's own; ours has nothing to do there. */
export const pageInit = (): void => undefined;

export const syncNow = async (): Promise<void> => {
  const { type, id } = currentRecord.get();
  const address = url.resolveScript({
    scriptId: 'customscript_tieout_sl_sync',
    deploymentId: 'customdeploy_tieout_sl_sync',
  });
  let said = 'refused';
  try {
    const answer = await https.post.promise({ url: address, body: { type: String(type), id: String(id) } });
    if (answer.code === 200) said = String(JSON.parse(answer.body).said);
  } catch {
    // Said below, like any other refusal.
  }
  message.create({ ...toldOf(said), duration: shownForMs }).show();
};
