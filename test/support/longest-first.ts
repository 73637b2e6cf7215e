// The order of test files: the simulation first, so that the other core has the short ones to go on with meanwhile.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const rank = ({ moduleId }: TestSpecification): number => (moduleId.includes('/test/simulation/') ? 0 : 1);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
