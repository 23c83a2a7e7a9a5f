// npm test [-- <arguments of Jest>]
import './follow-parent.mjs';
import { runJest } from './run-jest.mjs';

const { exitCode } = await runJest(process.argv.slice(2));
process.exit(exitCode);
