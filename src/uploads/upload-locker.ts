import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeApplicationShutdown, HttpException, Injectable, Logger } from '@nestjs/common';
import type { Lock, Locker, RequestRelease } from '@tus/server';
import { errorMessage } from '../errors/error-message.js';
import { withCode } from '../http/errors/error-codes.js';
import { UploadLocksRepository } from './upload-locks.repository.js';
import type { HeldUpload } from './uploads.repository.js';

/** After so long without a renewal the lock of a process that died is free. */
const LEASE_MS = 15_000;
/** Also the longest time until a holder knows that its lock is wanted. */
const RENEW_INTERVAL_MS = 1_000;
/** Longer than the lease, so that a client that comes back after a crash gets the lock. */
const ACQUIRE_TIMEOUT_MS = 20_000;
const RETRY_INTERVAL_MS = 200;
/** A stop waits so long for the bytes of interrupted requests; those are few and in memory. */
const STOP_GRACE_MS = 5_000;

/** RFC 4918, section 11.3; Nest has no name for it. */
const LOCKED = 423;

interface Holder extends HeldUpload {
  requestRelease: RequestRelease;
  renewal: NodeJS.Timeout;
}

/**
 * Lets one request at a time, of all processes, change an upload. A request that wants a held lock
 * asks the holder to stop early: it may not have noticed yet that its connection broke. The holder
 * stores the bytes that it has, and releases the lock.
 *
 * A process that was frozen for longer than its lease may go on although it lost the lock. It
 * changes nothing then, as each change names the token of its lock.
 */
@Injectable()
export class UploadLocker implements Locker, BeforeApplicationShutdown {
  private readonly logger = new Logger(UploadLocker.name);
  private readonly holders = new Map<string, Holder>();

  constructor(private readonly locks: UploadLocksRepository) {}

  newLock(id: string): Lock {
    const token = randomUUID();
    return {
      lock: async (signal, requestRelease) => {
        await this.acquire({ id, token }, { signal, requestRelease });
      },
      unlock: () => this.release({ id, token }),
    };
  }

  /** Runs work with the lock of an upload. @throws HttpException with status 423 */
  async hold<T>(id: string, work: (held: HeldUpload) => Promise<T>): Promise<T> {
    const held = { id, token: randomUUID() };
    await this.acquire(held, { requestRelease: () => undefined });
    try {
      return await work(held);
    } finally {
      await this.release(held);
    }
  }

  /** Runs work with the lock of an upload, unless it is held. @returns whether it was run */
  async holdIfFree(id: string, work: (held: HeldUpload) => Promise<void>): Promise<boolean> {
    const held = { id, token: randomUUID() };
    if ((await this.locks.take(held, LEASE_MS)) !== 'taken') return false;
    this.keep(held, () => undefined);
    try {
      await work(held);
    } finally {
      await this.release(held);
    }
    return true;
  }

  /** @returns the lock that a request of this process holds */
  heldBy(id: string): HeldUpload | undefined {
    return this.holders.get(id);
  }

  /** Interrupts all requests of this process that change uploads; they answer with their offset. */
  async interruptAll(): Promise<void> {
    for (const { requestRelease } of [...this.holders.values()]) await requestRelease();
  }

  async beforeApplicationShutdown(): Promise<void> {
    const deadline = performance.now() + STOP_GRACE_MS;
    while (this.holders.size > 0 && performance.now() < deadline) await pause(RETRY_INTERVAL_MS);
  }

  private async acquire(
    held: HeldUpload,
    { signal, requestRelease }: { signal?: AbortSignal; requestRelease: RequestRelease },
  ): Promise<void> {
    const deadline = performance.now() + ACQUIRE_TIMEOUT_MS;
    for (;;) {
      const result = await this.locks.take(held, LEASE_MS);
      // A missing upload has nothing to protect; whoever reads it next answers that it is missing.
      if (result === 'missing') return;
      if (result === 'taken') {
        this.keep(held, requestRelease);
        return;
      }
      await this.holders.get(held.id)?.requestRelease();
      if (performance.now() > deadline || signal?.aborted === true) throw uploadLocked();
      await pause(RETRY_INTERVAL_MS);
    }
  }

  private keep(held: HeldUpload, requestRelease: RequestRelease): void {
    // One that lost its lock, and has not noticed yet.
    clearInterval(this.holders.get(held.id)?.renewal);
    const renewal = setInterval(() => {
      void this.renew(held, requestRelease);
    }, RENEW_INTERVAL_MS).unref();
    this.holders.set(held.id, { ...held, requestRelease, renewal });
  }

  private async renew(held: HeldUpload, requestRelease: RequestRelease): Promise<void> {
    try {
      const renewed = await this.locks.renew(held, LEASE_MS);
      if (renewed === undefined || renewed.isWanted) await requestRelease();
    } catch (error) {
      this.logger.warn(`the lock of an upload could not be renewed: ${errorMessage(error)}`);
    }
  }

  private async release(held: HeldUpload): Promise<void> {
    const holder = this.holders.get(held.id);
    if (holder?.token === held.token) {
      clearInterval(holder.renewal);
      this.holders.delete(held.id);
    }
    try {
      await this.locks.release(held);
    } catch (error) {
      this.logger.warn(`the lock of an upload ends with its lease: ${errorMessage(error)}`);
    }
  }
}

export function uploadLocked(): HttpException {
  return new HttpException(
    'another request is sending this upload; ask for its offset, and go on from there',
    LOCKED,
    withCode('upload_locked'),
  );
}
