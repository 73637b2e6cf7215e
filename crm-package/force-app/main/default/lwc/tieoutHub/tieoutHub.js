// Where Tieout is, and the one question that a page asks there by itself: how far the connecting of this org is.
import CONNECTION from '@salesforce/schema/Connection__c';

/** The one address: the same as in the CSP trusted site and in the outbound message. */
export const hub = 'https://hub.tieout.example';

/**
 * Says names only, carries no cookie, and is answered with codes. It also makes Tieout try again, so that a step that
 * has been taken meanwhile is seen without another click.
 */
export const askHowFar = async (connectionId, username) => {
  const asked = { username, recordType: CONNECTION.objectApiName, recordId: connectionId };
  try {
    const response = await fetch(`${hub}/embed/salesforce/connect`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      credentials: 'omit',
      body: JSON.stringify(asked),
    });
    return response.ok ? await response.json() : { state: 'silent', missing: [] };
  } catch {
    return { state: 'silent', missing: [] };
  }
};
