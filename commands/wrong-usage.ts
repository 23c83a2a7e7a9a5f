/** @returns what is wrong with the arguments, when `parseArgs` threw this error because of them */
export function wrongUsage(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('message' in error))
    return undefined;
  return String(error.code).startsWith('ERR_PARSE_ARGS_') ? String(error.message) : undefined;
}
