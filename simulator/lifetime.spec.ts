import { afterEach, describe, expect, it, vi } from 'vitest';
import { Lifetime } from './lifetime.js';

afterEach(() => {
  vi.useRealTimers();
});

describe('a lifetime', () => {
  it('resolves each sleep at its time', async () => {
    expect(await new Lifetime().sleep(1)).toBe('elapsed');
  });

  it('cancels all of them at its end, and leaves no timer that would keep the process alive', async () => {
    vi.useFakeTimers();
    const lifetime = new Lifetime();
    const sleepers = [lifetime.sleep(1000), lifetime.sleep(60_000)];
    lifetime.end();
    expect(vi.getTimerCount()).toBe(0);
    expect(await Promise.all(sleepers)).toEqual(['cancelled', 'cancelled']);
  });

  it('cancels every sleep after its end until it is renewed', async () => {
    const lifetime = new Lifetime();
    lifetime.end();
    expect(await lifetime.sleep(60_000)).toBe('cancelled');
    lifetime.renew();
    expect(await lifetime.sleep(1)).toBe('elapsed');
  });

  it('runs an ending once, at once when it is over already, never when it was taken back', () => {
    const lifetime = new Lifetime();
    const ran: string[] = [];
    lifetime.onEnd(() => ran.push('kept'));
    lifetime.onEnd(() => ran.push('taken back'))();
    lifetime.end();
    lifetime.end();
    lifetime.onEnd(() => ran.push('late'));
    expect(ran).toEqual(['kept', 'late']);
  });
});
