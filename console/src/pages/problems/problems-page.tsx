import { useLocation } from 'preact-iso/router';
import { loadProblems } from '../../api/problems';
import type { Problem, ProblemKind } from '../../api/operation-types';
import { t } from '../../i18n/translate';
import { isLive } from '../../live/changes';
import { useLiveResource } from '../../live/use-live-resource';
import { EmptyState, FailureNotice, Loading } from '../../parts/notices';
import { PageTitle } from '../../parts/page-title';
import { ProblemCard } from './problem-card';
import { RetryRuns } from './retry-runs';

const KINDS: readonly ProblemKind[] = ['failed', 'uncorrected'];

/** Lists failures by their cause, with advice. */
export default function ProblemsPage(_props: { path?: string }) {
  const { resource, reload } = useLiveResource('problems', loadProblems, ({ kind }) => kind === 'chunk');
  return (
    <>
      <PageTitle title={t('nav.problems')} />
      <RetryRuns />
      {resource.state === 'loading' && <Loading />}
      {resource.state === 'failed' && <FailureNotice error={resource.error} onRetry={reload} />}
      {resource.state !== 'loading' && resource.value !== undefined && <Problems problems={resource.value} />}
    </>
  );
}

function Problems({ problems }: { problems: readonly Problem[] }) {
  const { query } = useLocation();
  const isOpen = ({ kind, code }: Problem) => kind === query.kind && code === query.code;
  return (
    <>
      {query.code !== undefined && !problems.some(isOpen) && (
        <p class="problem-gone">{t('problems.gone', { code: query.code })}</p>
      )}
      {problems.length === 0 && (
        <EmptyState title={t('problems.none')}>
          <p>{t('problems.noneText')}</p>
        </EmptyState>
      )}
      {KINDS.map((kind) => (
        <Kind
          key={kind}
          kind={kind}
          problems={problems.filter((problem) => problem.kind === kind)}
          isOpen={isOpen}
        />
      ))}
      <p class="small">{t(isLive.value ? 'common.live' : 'common.livePaused')}</p>
    </>
  );
}

interface KindProps {
  kind: ProblemKind;
  problems: readonly Problem[];
  isOpen: (problem: Problem) => boolean;
}

function Kind({ kind, problems, isOpen }: KindProps) {
  if (problems.length === 0) return null;
  return (
    <section class="problems">
      <h2>{t(`problems.${kind}`)}</h2>
      {kind === 'uncorrected' && <p class="small">{t('problems.uncorrectedText')}</p>}
      {problems.map((problem) => (
        <ProblemCard key={problem.code} problem={problem} isOpen={isOpen(problem)} />
      ))}
    </section>
  );
}
