import { coordinationPrefix } from '../config/redis-prefix.js';

/** Names of the keys that coordination uses. */
export class RedisKeys {
  private readonly start: string;

  constructor(prefix: string) {
    this.start = coordinationPrefix(prefix);
  }

  /** The id of the installation that owns this Redis. */
  get installation(): string {
    return `${this.start}:installation`;
  }

  /**
   * The tag keeps all pending sets, and the set of their conversations, in one slot of a Redis
   * Cluster: the scripts that change both need that.
   */
  get pendingConversations(): string {
    return `${this.start}:{pending}`;
  }

  pending(conversationId: string): string {
    return `${this.pendingConversations}:${conversationId}`;
  }

  /** The tag keeps both keys of a name in one slot of a Redis Cluster, as their script needs. */
  usage(name: string): string {
    return `${this.start}:usage:{${name}}`;
  }

  throttle(name: string): string {
    return `${this.start}:throttle:{${name}}`;
  }

  metadata(transcriptId: string): string {
    return `${this.start}:aai_transcript:${transcriptId}`;
  }
}
