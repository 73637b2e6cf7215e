// Functions that come in a second form: `record.load` and `record.load.promise`.

type Function = (...given: never[]) => unknown;

export function withPromises<Known extends Readonly<Record<string, Function>>>(known: Known): Known {
  const both = Object.entries(known).map(([name, call]) => [
    name,
    Object.assign((...given: never[]) => call(...given), { promise: async (...given: never[]) => call(...given) }),
  ]);
  return Object.fromEntries(both) as Known;
}
