import { t } from '../../i18n/translate';
import { PageTitle } from '../../parts/page-title';
import { Leftovers } from '../../recorder/leftovers';
import { RecorderPanel } from '../../recorder/recorder-panel';
import { currentRecording } from '../../recorder/recording';
import { currentBatch } from '../../uploads/upload-batch';
import { InterruptedUpload } from './interrupted-upload';
import { NewForm } from './new-form';
import { UploadPanel } from './upload-panel';

/** A new conversation from files or from the microphone, and whatever of it is still being sent. */
export default function NewPage(_props: { path?: string }) {
  const recording = currentRecording.value;
  const batch = currentBatch.value;
  if (recording !== null) {
    return (
      <>
        <PageTitle title={recording.stored.title ?? t('new.recorder.label')} />
        <RecorderPanel recording={recording} />
      </>
    );
  }
  if (batch !== null) {
    return (
      <>
        <PageTitle title={t('new.uploads')} />
        <UploadPanel batch={batch} />
      </>
    );
  }
  return (
    <>
      <PageTitle title={t('new.heading')} />
      <Leftovers />
      <InterruptedUpload />
      <NewForm />
    </>
  );
}
