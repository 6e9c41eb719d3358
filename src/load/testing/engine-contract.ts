import { describe } from 'vitest';
import { answerContract } from './answer-contract.ts';
import { connectionContract } from './connection-contract.ts';
import { type ContractSubject, contractBench } from './contract-bench.ts';

/** Declares the tests that every engine passes. */
export function engineContract(subject: ContractSubject): void {
  describe(subject.name, () => {
    const bench = contractBench(subject);
    answerContract(subject, bench);
    connectionContract(subject, bench);
  });
}
