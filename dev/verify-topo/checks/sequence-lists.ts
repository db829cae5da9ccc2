import { largestPage } from '../../../topo/list.ts';
import { listSequenceTemplates } from '../../../topo/list-sequence-templates.ts';
import { listSequences } from '../../../topo/list-sequences.ts';
import type { Check } from '../check.ts';
import { judgeList, type ListFact } from './judge-list.ts';

const runs: ListFact = {
  fact: { fact: 'GET /v1/sequences lists the runs', expected: 'it does, each with its contact and template' },
  scope: 'sequences:read',
  meaning: 'Runs have to be read one by one, so it takes longer until it is known what each task is about.',
};
const templates: ListFact = {
  fact: { fact: 'GET /v1/sequence-templates lists the templates', expected: 'it does, each with its name' },
  scope: 'sequences:read',
  meaning: 'The names of templates are missing in dropdowns, in labels and in events.',
};

export const checkSequenceLists: Check = async ({ ask }) => [
  judgeList(runs, await ask(listSequences({ size: largestPage }))),
  judgeList(templates, await ask(listSequenceTemplates({ size: largestPage }))),
];
