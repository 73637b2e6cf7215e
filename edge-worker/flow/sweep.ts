// Each minute every lane is woken, whatever it believes of itself: what lost its wake-up is driven on within two
// minutes.

export interface LanePlace {
  readonly installation: string;
  readonly jurisdiction: string;
}

/** A queue message: lanes to wake. A pointer only; losing it costs a minute. */
export interface SweepPage {
  readonly v: 1;
  readonly installations: readonly LanePlace[];
  /** Installations whose end is to be gone on with. */
  readonly endings?: readonly string[];
}

const pageSize = 100;

/** Puts pages of lanes on the queue. A page that is lost costs a minute: the next sweep brings it again. */
export async function sweepAll(
  lanesAfter: (after: string, limit: number) => Promise<readonly LanePlace[]>,
  send: (page: SweepPage) => Promise<unknown>,
): Promise<number> {
  let after = '';
  let count = 0;
  for (;;) {
    const page = await lanesAfter(after, pageSize);
    if (page.length === 0) return count;
    await send({ v: 1, installations: page.map(({ installation, jurisdiction }) => ({ installation, jurisdiction })) });
    count += page.length;
    after = page.at(-1)?.installation ?? '';
  }
}

/**
 * Wakes the lanes of one page. Waking twice is harmless. Throws when a lane could not be woken, so that the page
 * comes again.
 */
export async function sweepPage(page: SweepPage, wake: (place: LanePlace) => Promise<unknown>): Promise<void> {
  const failed = await unwoken(page, wake);
  if (failed.length > 0) throw new Error(`${failed.length} of ${page.installations.length} lanes could not be woken`);
}

/** Wakes them too, and says which of them could not be. */
export async function unwoken(
  page: SweepPage,
  wake: (place: LanePlace) => Promise<unknown>,
): Promise<{ readonly installation: string; readonly message: string }[]> {
  const woken = await Promise.allSettled(page.installations.map(wake));
  return page.installations.flatMap(({ installation }, index) => {
    const outcome = woken[index];
    if (outcome?.status !== 'rejected') return [];
    return [{ installation, message: outcome.reason instanceof Error ? outcome.reason.message : 'unknown' }];
  });
}
