import { useState } from 'preact/hooks';
import { ApiError } from '../api/client';
import { signIn } from '../api/session';
import { t } from '../i18n/translate';
import { failureText } from '../parts/announcer';
import { PageTitle } from '../parts/page-title';

/** Exchanges an API key for a session. The page that was asked for is shown afterwards. */
export function SignIn() {
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const submit = async (form: HTMLFormElement) => {
    const key = new FormData(form).get('key');
    if (typeof key !== 'string') return;
    setBusy(true);
    try {
      await signIn(key.trim());
    } catch (error) {
      const isWrong = error instanceof ApiError && error.status === 401;
      setProblem(isWrong ? t('signIn.wrong') : failureText(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <main class="sign-in" id="content">
      <p class="brand">Ringback</p>
      <PageTitle title={t('signIn.title')} />
      <p>{t('signIn.text')}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <label>
          {t('signIn.key')}
          <input
            type="password"
            name="key"
            required
            autocomplete="current-password"
            aria-invalid={problem !== null}
            aria-describedby="sign-in-problem"
          />
        </label>
        <p id="sign-in-problem" class="problem" role="alert">
          {problem}
        </p>
        <button class="primary" type="submit" disabled={isBusy}>
          {t('signIn.button')}
        </button>
      </form>
    </main>
  );
}
