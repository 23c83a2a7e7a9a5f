/** A recording of which something may not have reached the service. */
export interface StoredRecording {
  conversationId: string;
  title: string | null;
  startedAt: string;
}

export interface StoredPiece {
  conversationId: string;
  number: number;
  mimeType: string;
  /** Whether it is complete; 0 and 1, as an index takes no booleans. */
  isSealed: 0 | 1;
}

interface Slice {
  conversationId: string;
  number: number;
  index: number;
  /** No blob: some browsers cannot store one made in memory. */
  bytes: ArrayBuffer;
}

const DATABASE = 'ringback-recorder';
const VERSION = 1;

/**
 * Keeps recordings in this browser until the service has them, over reloads and crashes.
 *
 * A piece consists of slices, which are stored as they are recorded: a crash loses only what was
 * said since the last one. A piece that was never sealed is sound up to its last slice.
 */
export class PieceStore {
  private constructor(private readonly database: IDBDatabase) {}

  static async open(): Promise<PieceStore> {
    const request = indexedDB.open(DATABASE, VERSION);
    request.addEventListener('upgradeneeded', () => {
      request.result.createObjectStore('recordings', { keyPath: 'conversationId' });
      const pieces = request.result.createObjectStore('pieces', { keyPath: ['conversationId', 'number'] });
      pieces.createIndex('by-seal', ['conversationId', 'isSealed', 'number']);
      request.result.createObjectStore('slices', { keyPath: ['conversationId', 'number', 'index'] });
    });
    return new PieceStore(await resultOf(request));
  }

  async addRecording(recording: StoredRecording): Promise<void> {
    await this.write(['recordings'], (stores) => stores('recordings').put(recording));
  }

  async recordings(): Promise<StoredRecording[]> {
    return this.read<StoredRecording[]>('recordings', (store) => store.getAll());
  }

  /** Removes a recording with all its pieces. */
  async removeRecording(conversationId: string): Promise<void> {
    await this.write(['recordings', 'pieces', 'slices'], (stores) => {
      stores('recordings').delete(conversationId);
      stores('pieces').delete(allOf(conversationId));
      stores('slices').delete(allOf(conversationId));
    });
  }

  async openPiece(piece: { conversationId: string; number: number; mimeType: string }): Promise<void> {
    await this.write(['pieces'], (stores) => stores('pieces').put({ ...piece, isSealed: 0 }));
  }

  async addSlice(slice: Slice): Promise<void> {
    await this.write(['slices'], (stores) => stores('slices').put(slice));
  }

  /** Marks a piece as complete, so that it is sent. */
  async seal(piece: { conversationId: string; number: number; mimeType: string }): Promise<void> {
    await this.write(['pieces'], (stores) => stores('pieces').put({ ...piece, isSealed: 1 }));
  }

  /** Marks the pieces of a recording that was interrupted as complete. */
  async sealAll(conversationId: string): Promise<void> {
    const pieces = await this.pieces(conversationId);
    await this.write(['pieces'], (stores) => {
      for (const piece of pieces) stores('pieces').put({ ...piece, isSealed: 1 });
    });
  }

  async pieces(conversationId: string): Promise<StoredPiece[]> {
    return this.read<StoredPiece[]>('pieces', (store) => store.getAll(allOf(conversationId)));
  }

  /** Returns the number of complete pieces. */
  async countSealed(conversationId: string): Promise<number> {
    const range = IDBKeyRange.bound([conversationId, 1], [conversationId, 1, Infinity]);
    return this.read<number>('pieces', (store) => store.index('by-seal').count(range));
  }

  /** Returns the first complete piece with this number or a later one. */
  async nextSealed(conversationId: string, from: number): Promise<StoredPiece | undefined> {
    const range = IDBKeyRange.bound([conversationId, 1, from], [conversationId, 1, Infinity]);
    return this.read<StoredPiece | undefined>('pieces', (store) => store.index('by-seal').get(range));
  }

  /** Returns the sound of a piece; an empty blob when nothing was recorded. */
  async sound({ conversationId, number, mimeType }: StoredPiece): Promise<Blob> {
    const range = IDBKeyRange.bound([conversationId, number], [conversationId, number, Infinity]);
    const slices = await this.read<Slice[]>('slices', (store) => store.getAll(range));
    return new Blob(
      slices.map(({ bytes }) => bytes),
      { type: mimeType },
    );
  }

  async removePiece({ conversationId, number }: StoredPiece): Promise<void> {
    await this.write(['pieces', 'slices'], (stores) => {
      stores('pieces').delete([conversationId, number]);
      stores('slices').delete(
        IDBKeyRange.bound([conversationId, number], [conversationId, number, Infinity]),
      );
    });
  }

  private async read<T>(name: string, ask: (store: IDBObjectStore) => IDBRequest): Promise<T> {
    const request = ask(this.database.transaction(name).objectStore(name));
    return resultOf<T>(request as IDBRequest<T>);
  }

  private async write(
    names: string[],
    change: (stores: (name: string) => IDBObjectStore) => unknown,
  ): Promise<void> {
    const transaction = this.database.transaction(names, 'readwrite');
    change((name) => transaction.objectStore(name));
    await new Promise<void>((resolve, reject) => {
      transaction.addEventListener('complete', () => resolve());
      transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('aborted')));
    });
  }
}

function allOf(conversationId: string): IDBKeyRange {
  return IDBKeyRange.bound([conversationId], [conversationId, []]);
}

async function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('not stored')));
  });
}
