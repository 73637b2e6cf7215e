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
  const woken = await Promise.allSettled(page.installations.map(wake));
  const failed = woken.filter((one) => one.status === 'rejected').length;
  if (failed > 0) throw new Error(`${failed} of ${page.installations.length} lanes could not be woken`);
}
