export const USAGE = `Usage: npm run doctor [-- options]

Checks everything that the configuration names, and prints one line for each check, with advice for each problem.

  --live   also sends a recording of samples/ through the providers with your keys; costs about a cent
  --help   show this
`;

export type ParsedArguments =
  { kind: 'run'; live: boolean } | { kind: 'help' } | { kind: 'wrong'; problem: string };

const LIVE = '--live';
const HELP: readonly string[] = ['--help', '-h'];

export function parseDoctorArguments(args: readonly string[]): ParsedArguments {
  if (args.some((arg) => HELP.includes(arg))) return { kind: 'help' };
  const unknown = args.find((arg) => arg !== LIVE);
  if (unknown !== undefined) return { kind: 'wrong', problem: `there is no option ${unknown}` };
  return { kind: 'run', live: args.includes(LIVE) };
}
