import { afterAll, beforeAll, describe } from '@jest/globals';
import { changesContract } from './changes-contract.js';
import { UnderContract } from './contract-system.js';
import type { ContractSystem } from './contract-system.js';
import { faultsContract } from './faults-contract.js';
import { kitsContract } from './kits-contract.js';
import { readingContract } from './reading-contract.js';
import { writingContract } from './writing-contract.js';

/**
 * What the port promises, asked of one connector and its system: the same questions for every connector, for stand-ins and
 * for systems that nobody here wrote. What a connector declares that it cannot do is not asked of it; what it declares, is.
 */
export function connectorContract(name: string, makeSystem: () => Promise<ContractSystem>): void {
  describe(`the contract of a connector: ${name}`, () => {
    let contract: UnderContract;
    beforeAll(async () => {
      contract = await UnderContract.begin(makeSystem);
    }, 120_000);
    afterAll(() => contract.system.close());

    const under = (): UnderContract => contract;
    readingContract(under);
    writingContract(under);
    kitsContract(under);
    changesContract(under);
    faultsContract(under);
  });
}
