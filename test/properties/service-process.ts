import { PostgresDialect } from 'kysely';
import type pg from 'pg';
import type { AppConfig } from '../../src/config/app-config.js';
import { ChunkIntake } from '../../src/conversations/chunk-intake.js';
import { UncorrectedChunksRepository } from '../../src/chunks/uncorrected-chunks.repository.js';
import { ChunkTransitions } from '../../src/chunks/chunk-transitions.js';
import { OwedChunks } from '../../src/chunks/owed-chunks.js';
import { ChunksRepository } from '../../src/chunks/chunks.repository.js';
import { ConversationsController } from '../../src/conversations/conversations.controller.js';
import { OwedConversations } from '../../src/conversations/owed-conversations.js';
import { ConversationsRepository } from '../../src/conversations/conversations.repository.js';
import { FailedChunksRepository } from '../../src/chunks/failed-chunks.repository.js';
import { FinalizationRepository } from '../../src/conversations/finalization.repository.js';
import { FinalizeProcessor } from '../../src/conversations/finalize.processor.js';
import type { Coordination } from '../../src/coordination/coordination.js';
import { PostgresCoordination } from '../../src/coordination/postgres-coordination.js';
import { Reconciler } from '../../src/coordination/reconciler.js';
import { OwedWork } from '../../src/coordination/owed-work.js';
import { Settlement } from '../../src/coordination/settlement.js';
import { ChunkCorrector } from '../../src/correction/chunk-corrector.js';
import { CorrectionAttempt } from '../../src/correction/correction-attempt.js';
import { CorrectProcessor } from '../../src/correction/correct.processor.js';
import { CorrectionsRepository } from '../../src/correction/corrections.repository.js';
import { SoundBudget } from '../../src/correction/windows/sound-budget.js';
import { WindowAudio } from '../../src/correction/windows/window-audio.js';
import { WindowsRepository } from '../../src/chunks/windows/windows.repository.js';
import { LoadedFacts } from '../../src/correction/loaded-facts.js';
import { RecordingFactsRepository } from '../../src/chunks/recording-facts.repository.js';
import { MediaParser } from '../../src/audio/media/media-parser.js';
import { RemoteAudio } from '../../src/audio/remote-audio.js';
import { RecordingSlicer } from '../../src/audio/slices/recording-slicer.js';
import { RecordingInspector } from '../../src/audio/facts/recording-inspector.js';
import { Rescuer } from '../../src/correction/rescuer.js';
import { FirstStageReader } from '../../src/correction/first-stage-reader.js';
import { SummarizeProcessor } from '../../src/correction/summary/summarize.processor.js';
import { SummaryPartsRepository } from '../../src/correction/summary/summary-parts.repository.js';
import { Database } from '../../src/database/database.js';
import { DeliverProcessor } from '../../src/events/deliver.processor.js';
import { EventDeliveriesRepository } from '../../src/events/event-deliveries.repository.js';
import { EventDeliverer } from '../../src/events/event-deliverer.js';
import { EventOutbox } from '../../src/events/event-outbox.js';
import type { JobObserver } from '../../src/observability/job-observer.js';
import type { Metrics } from '../../src/observability/metrics.js';
import { Readiness } from '../../src/observability/readiness.js';
import { OutboundAgents } from '../../src/outbound/outbound-agents.js';
import { ConversationDeleter } from '../../src/privacy/conversation-deleter.js';
import { ConversationDeletionsRepository } from '../../src/privacy/conversation-deletions.repository.js';
import type { JobKind } from '../../src/queues/job-catalogue.js';
import type { JobProcessor } from '../../src/queues/job-processor.js';
import type { JobQueues } from '../../src/queues/job-queues.js';
import { QueueEngine } from '../../src/queues/queue-engine.js';
import { AudioUrls } from '../../src/transcription/audio-urls.js';
import { CallbackLosses } from '../../src/transcription/delivery/callback-losses.js';
import { CheckProcessor } from '../../src/transcription/check.processor.js';
import { Checker } from '../../src/transcription/checker.js';
import { ChecksRepository } from '../../src/chunks/checks.repository.js';
import { LostSubmitSearch } from '../../src/transcription/lost-submit-search.js';
import { PollingDelivery } from '../../src/transcription/delivery/polling-delivery.js';
import { ProviderThrottle } from '../../src/transcription/provider-throttle.js';
import { RefusedSettings } from '../../src/transcription/refused-settings.js';
import { SubmissionOutcomes } from '../../src/chunks/submission-outcomes.js';
import { SubmissionsRepository } from '../../src/chunks/submissions.repository.js';
import { SubmitAdmission } from '../../src/transcription/submit-admission.js';
import { SubmitSender } from '../../src/transcription/submit-sender.js';
import { SubmitProcessor } from '../../src/transcription/submit.processor.js';
import { SubmitTasksRepository } from '../../src/transcription/submit-tasks.repository.js';
import { Submitter } from '../../src/transcription/submitter.js';
import { SynchronousSubmitter } from '../../src/transcription/synchronous/synchronous-submitter.js';
import { RequestsRepository } from '../../src/transcription/synchronous/requests.repository.js';
import { TranscribeProcessor } from '../../src/transcription/synchronous/transcribe.processor.js';
import { Transcriber } from '../../src/transcription/synchronous/transcriber.js';
import { WebhookDelivery } from '../../src/transcription/delivery/webhook-delivery.js';
import { CallbackReceiver } from '../../src/webhooks/callback-receiver.js';
import { CallbacksRepository } from '../../src/chunks/callbacks.repository.js';
import type { Activity } from './activity.js';
import { gatedPool } from './gated-pool.js';
import type { InMemoryProvider } from './in-memory-provider.js';
import type { InMemoryQueues } from './in-memory-queues.js';
import type { SimulatedStorage } from './recordings.js';

/** The systems that outlive processes. */
export interface ProcessEnvironment {
  config: AppConfig;
  pool: pg.Pool;
  /** Coordination in Redis; undefined when its statements in the database are effects already. */
  redisCoordination: Coordination | undefined;
  queues: InMemoryQueues;
  provider: InMemoryProvider;
  storage: SimulatedStorage;
  observer: JobObserver;
  metrics: Metrics;
}

export interface ServiceProcess {
  intake: ChunkIntake;
  conversations: ConversationsController;
  receiver: CallbackReceiver;
  reconciler: Reconciler;
  deletions: ConversationDeletionsRepository;
  deleter: ConversationDeleter;
  processors: { [K in JobKind]: JobProcessor<K> };
}

/** BullMQ's heartbeats do not matter to the domain. */
class SimulatedQueueEngine extends QueueEngine {
  readonly name = 'redis';
  readonly needsHeartbeat = false;
  readonly options = { connection: {} };
}

/**
 * Creates the service's own classes, wired as its modules wire them, for the one activity of a
 * process. Processes share no memory: the record, the queues and coordination must be enough.
 */
export function startProcess(activity: Activity, environment: ProcessEnvironment): ServiceProcess {
  const { config, storage, metrics, provider } = environment;
  const database = new Database({
    dialect: new PostgresDialect({ pool: gatedPool(environment.pool, activity) }),
  });
  const queues = environment.queues.viewFor(activity);
  const coordination = coordinationOf(activity, environment, database);
  const settlement = new Settlement(database, coordination, queues);
  const outbox = new EventOutbox(database, queues);
  const conversations = new ConversationsRepository(database, outbox);
  const base = { ...environment, database, queues, coordination, settlement, outbox };
  return {
    intake: new ChunkIntake(
      config,
      new ChunksRepository(database),
      new FailedChunksRepository(database),
      conversations,
      storage,
      coordination,
      queues,
      metrics,
    ),
    conversations: new ConversationsController(conversations, settlement),
    receiver: new CallbackReceiver(new CallbacksRepository(database), coordination, queues),
    reconciler: new Reconciler(
      config,
      database,
      owedWork(database),
      queues,
      new SimulatedQueueEngine(),
      coordination,
      metrics,
    ),
    deletions: new ConversationDeletionsRepository(database),
    deleter: new ConversationDeleter(
      config,
      new ConversationDeletionsRepository(database),
      storage,
      coordination,
    ),
    processors: {
      ...transcriptionProcessors(base, provider.viewFor(activity)),
      ...correctionProcessors(base, activity),
      deliver: deliverProcessor(base),
    },
  };
}

/** Scenarios have no event endpoints, so there are no deliveries. */
function owedWork(database: Database): OwedWork {
  const owed = new OwedWork();
  new OwedChunks(database, owed).onModuleInit();
  new OwedConversations(database, owed).onModuleInit();
  return owed;
}

type Base = Omit<ProcessEnvironment, 'queues'> & {
  database: Database;
  queues: JobQueues;
  coordination: Coordination;
  settlement: Settlement;
  outbox: EventOutbox;
};

function transcriptionProcessors(base: Base, client: ReturnType<InMemoryProvider['viewFor']>) {
  const { config, database, queues, coordination, settlement, metrics, observer, outbox } = base;
  const transitions = new ChunkTransitions(database, outbox);
  const submissions = new SubmissionsRepository(database, transitions, outbox);
  const checks = new ChecksRepository(database);
  const losses = new CallbackLosses(config, metrics);
  const strategy = deliveryOf(config, losses);
  const throttle = new ProviderThrottle(config, client, coordination, checks);
  const outcomes = new SubmissionOutcomes(
    config,
    transitions,
    submissions,
    settlement,
    queues,
    coordination,
    metrics,
  );
  const tasks = new SubmitTasksRepository(database);
  const admission = new SubmitAdmission(config, tasks, submissions, settlement, queues, outcomes);
  const submitter = new Submitter(
    config,
    admission,
    new SubmitSender(
      config,
      client,
      new AudioUrls(base.storage, client),
      strategy,
      submissions,
      new RefusedSettings(config, new Readiness()),
    ),
    strategy,
    queues,
    outcomes,
    throttle,
  );
  const search = new LostSubmitSearch(client, checks);
  const checker = new Checker(config, checks, outcomes, client, search, strategy, throttle);
  // AssemblyAI is the provider of these experiments; no provider answers synchronously.
  const transcriber = new Transcriber(
    config,
    new RequestsRepository(database),
    submissions,
    outcomes,
    null,
    metrics,
  );
  return {
    submit: new SubmitProcessor(
      observer,
      config,
      submitter,
      new SynchronousSubmitter(admission, queues),
      null,
    ),
    transcribe: new TranscribeProcessor(observer, config, transcriber),
    check: new CheckProcessor(observer, config, checker),
  };
}

function correctionProcessors(base: Base, activity: Activity) {
  const { config, database, coordination, queues, observer, provider, outbox } = base;
  const finalization = new FinalizationRepository(database, outbox);
  const windows = new WindowsRepository(database);
  const agents = new OutboundAgents([]);
  const parser = new MediaParser();
  const remote = new RemoteAudio(agents);
  const attempt = new CorrectionAttempt(
    new FirstStageReader(provider.viewFor(activity)),
    new WindowAudio(base.storage, agents, new RecordingSlicer(base.storage, remote, parser)),
    new SoundBudget(config),
    provider.corrector(activity),
    new Rescuer(base.storage, agents, provider.corrector(activity)),
    new LoadedFacts(
      new RecordingInspector(base.storage, parser, remote),
      new RecordingFactsRepository(database),
      base.metrics,
    ),
  );
  const corrector = new ChunkCorrector(
    new CorrectionsRepository(database, windows),
    new ChunkTransitions(database, outbox),
    windows,
    new UncorrectedChunksRepository(database),
    attempt,
    base.settlement,
    base.metrics,
  );
  return {
    correct: new CorrectProcessor(observer, config, corrector),
    finalize: new FinalizeProcessor(observer, finalization, coordination, queues),
    summarize: new SummarizeProcessor(
      observer,
      config,
      finalization,
      new SummaryPartsRepository(database),
      provider.summarizer(activity),
    ),
  };
}

/** Scenarios have no event endpoints, so there is nothing to deliver. */
function deliverProcessor({ config, database, metrics, observer }: Base) {
  const deliveries = new EventDeliveriesRepository(database);
  return new DeliverProcessor(
    observer,
    new EventDeliverer(config, deliveries, new OutboundAgents([]), metrics),
  );
}

function deliveryOf({ transcription }: AppConfig, losses: CallbackLosses) {
  const { delivery, pollIntervalMs, callbackDeadlineMs } = transcription;
  return delivery.kind === 'polling'
    ? new PollingDelivery(pollIntervalMs)
    : new WebhookDelivery({ ...delivery, pollIntervalMs, callbackDeadlineMs, losses });
}

function coordinationOf(
  activity: Activity,
  { redisCoordination }: ProcessEnvironment,
  database: Database,
): Coordination {
  if (redisCoordination === undefined) return new PostgresCoordination(database);
  return new Proxy(redisCoordination, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== 'function') return value;
      return (...parameters: unknown[]) =>
        activity.effect(`coordination ${String(property)}`, async () => {
          return (await Reflect.apply(value, target, parameters)) as unknown;
        });
    },
  });
}
