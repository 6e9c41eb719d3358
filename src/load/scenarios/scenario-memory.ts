/**
 * What one scenario keeps of a user. A user goes from one scenario to another, so `User.memory` is a chain: the last
 * scenario's first, the others' behind it.
 */
export class ScenarioMemory {
  readonly scenario: object;
  readonly next: unknown;

  constructor(scenario: object, next: unknown) {
    this.scenario = scenario;
    this.next = next;
  }
}
