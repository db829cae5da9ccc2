import { redact } from '../../secrets/redact.ts';
import type { Verb } from '../verb.ts';

/** `topo-for-zapier doctor` */
export const doctor: Verb = {
  summary: 'checks what the server needs, and says what to do',
  about:
    'It reads the same variables as the server: run it as the same user, from the same folder. Each line is ok, a warning\n' +
    'or wrong. It changes nothing, and ends with 1 if something is wrong, else with 0.',
  operands: [],
  flags: { json: 'prints a list of objects with check, state and says' },
  async run(_operands, flags, { environment, print }) {
    const { examine } = await import('../../doctor/examine.ts');
    const { printFindings } = await import('../../doctor/print-findings.ts');
    const findings = await examine(environment, Date.now);
    print(redact(flags.has('json') ? JSON.stringify(findings, null, 2) : printFindings(findings)));
    return findings.some(({ state }) => state === 'wrong') ? 1 : 0;
  },
};
