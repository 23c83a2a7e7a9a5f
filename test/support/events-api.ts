import type {
  EventDeliveryPageResponse,
  EventDeliveryResponse,
} from '../../src/events/event-deliveries.dto.js';
import type { EventEndpointWithSecretResponse } from '../../src/events/event-endpoints.dto.js';
import type { Api } from './api.js';
import { waitUntil } from './wait-until.js';

/** Client of the routes about events. */
export class EventsApi {
  constructor(private readonly api: () => Api) {}

  async createProject(): Promise<string> {
    const { status, body } = await this.api().post<{ id: string }>('/api/projects', { name: 'A project' });
    if (status !== 201) throw new Error(`expected 201, got ${status}`);
    return body.id;
  }

  async createEndpoint(projectId: string, settings: object): Promise<EventEndpointWithSecretResponse> {
    const { status, body } = await this.api().post<EventEndpointWithSecretResponse>(
      `/api/projects/${projectId}/event-endpoints`,
      settings,
    );
    if (status !== 201) throw new Error(`expected 201, got ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  /** Returns the delivery log, newest first. */
  async log(projectId: string, query = ''): Promise<EventDeliveryResponse[]> {
    const { status, body } = await this.api().get<EventDeliveryPageResponse>(
      `/api/projects/${projectId}/event-deliveries${query}`,
    );
    if (status !== 200) throw new Error(`expected 200, got ${status}: ${JSON.stringify(body)}`);
    return body.deliveries;
  }

  async logUntil(
    projectId: string,
    holds: (log: EventDeliveryResponse[]) => boolean,
  ): Promise<EventDeliveryResponse[]> {
    return waitUntil(() => this.log(projectId), holds);
  }
}
