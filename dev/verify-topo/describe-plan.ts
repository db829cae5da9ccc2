import { isOpen, type Plan, unknownId } from './plan.ts';
import { subscriptionName } from './temporary-subscription.ts';

const describeSiblings = ({ siblings, temporaryAssigneeId }: Plan): string[] => {
  if (siblings === undefined) return [];
  if (siblings.kind === 'left') return [`  The rest of the sequence stays untouched: ${siblings.why}.`];
  const open = siblings.tasks.filter((task) => isOpen(task) && task.assignee_user_id !== temporaryAssigneeId);
  return [
    `  Last, the whole sequence (scope SEQUENCE) moves to the same person, ${open.length} more open tasks with it,`,
    '  and each of them is given back to whom it belongs to:',
    ...open.map((task) => `    ${task.id}  of ${task.assignee_user_id}`),
  ];
};

const describeSubscriptions = ({ isEventTypesAsked, webhook }: Plan): string[] => [
  ...(isEventTypesAsked
    ? [
        '  A webhook is asked for with an event that does not exist, and deleted if Topo takes that;',
        `  its name is “${subscriptionName}”.`,
      ]
    : []),
  ...(webhook === undefined
    ? []
    : [
        `  A webhook “${subscriptionName}” to ${webhook.url} is made, tested once, and deleted.`,
        `  Only the names of its headers are kept, as they arrive at port ${webhook.port} of this machine.`,
      ]),
];

/** Tells the person who must agree what is going to happen. */
export const describePlan = (plan: Plan, apiUrl: string): string => {
  const { task, owned, temporaryAssigneeId, organizationId, isUnknownUserAsked } = plan;
  const kind = [task.type, task.priority, task.status].filter((word) => word !== undefined).join(', ');
  return [
    `These are real writes, in the workspace ${organizationId} at ${apiUrl}:`,
    `  Task ${task.id}${kind === '' ? '' : ` (${kind})`}`,
    `    belongs to  ${owned.ownerId}`,
    `    goes to     ${temporaryAssigneeId}, who may be told of it by Topo`,
    `    and back to ${owned.ownerId}`,
    ...(isUnknownUserAsked
      ? [`  Then it is offered to ${unknownId}, who is nobody, and given back if Topo takes that.`]
      : []),
    ...describeSubscriptions(plan),
    ...describeSiblings(plan),
    '  Zaps and other programs that watch these tasks will notice.',
    '',
  ].join('\n');
};
