/**
 * Holds every caller of `pass` until the gate is opened, so that a test can inspect a state that
 * otherwise lasts a millisecond. Assign `pass` to a hook of the simulator.
 */
export class Gate {
  /** Resolves when the first caller has reached the gate. */
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
