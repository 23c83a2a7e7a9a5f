import { Injectable, type OnModuleInit } from '@nestjs/common';
import { OWED_PAGE, OwedWork, type OwedJob } from '../coordination/owed-work.js';
import { Database } from '../database/database.js';

/** Registers the jobs that pending deliveries owe. */
@Injectable()
export class OwedDeliveries implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly owed: OwedWork,
  ) {}

  onModuleInit(): void {
    this.owed.register('deliver', (after) => this.deliveries(after));
  }

  private async deliveries(afterId: string): Promise<OwedJob<'deliver'>[]> {
    const rows = await this.database
      .selectFrom('event_deliveries')
      .select(['id', 'round'])
      .where('status', '=', 'pending')
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(OWED_PAGE)
      .execute();
    return rows.map(({ id, round }) => ({ id, data: { deliveryId: id, round } }));
  }
}
