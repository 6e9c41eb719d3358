/** Thrown into a flow's function that did what no flow can. The message says what to do instead. */
export class FlowFault extends Error {
  override readonly name = 'FlowFault';
  readonly code:
    | 'FLOW_UNDECLARED'
    | 'FLOW_OUT_OF_TURN'
    | 'FLOW_REQUEST'
    | 'FLOW_ANSWER_GONE'
    | 'FLOW_MISSING';

  constructor(code: FlowFault['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
