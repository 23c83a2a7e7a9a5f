/**
 * Holds whoever passes until it is opened: a test can look around at a moment that is otherwise gone in a millisecond.
 * Give `pass` to a hook of the simulator.
 */
export class Gate {
  /** Resolves when the first one stands before the gate. */
  readonly reached: Promise<void>;
  private readonly opened: Promise<void>;
  private reach: () => void = () => undefined;
  private letThrough: () => void = () => undefined;

  constructor() {
    this.reached = new Promise((resolve) => {
      this.reach = resolve;
    });
    this.opened = new Promise((resolve) => {
      this.letThrough = resolve;
    });
  }

  readonly pass = async (): Promise<void> => {
    this.reach();
    await this.opened;
  };

  open(): void {
    this.letThrough();
  }
}
