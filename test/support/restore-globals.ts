// Runs for each test file. Files of one worker share their globals, so none may leave a changed one
// behind.
import { afterAll, vi } from 'vitest';

afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});
