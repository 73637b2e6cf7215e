// Records that look the same, in words for the person who compares them.

const namedMax = 3;

/** A twin is known by connection and entity, or by connection, record type and id; people know the connection. */
export function namesOf(twins: readonly string[]): string {
  const names = twins.map((twin) => twin.split('|').slice(1).join(' ') || twin);
  const more = names.length - namedMax;
  return names.slice(0, namedMax).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
