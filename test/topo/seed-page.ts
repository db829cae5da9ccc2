/**
 * What docs.topo.io says about “Reassign Task”, written down by hand from the page: the yardstick for `topo/`, which
 * shares nothing with it.
 */
export const seedPage = {
  method: 'PATCH',
  url: 'https://api.topo.io/v1/tasks/{task_id}/assignee',
  requestExample: { assignee_user_id: '3c90c3cc-0d44-4b50-8888-8dd25736052a', scope: 'TASK' },
  scope: { options: ['TASK', 'SEQUENCE'], default: 'TASK' },
  answerExample: {
    id: '3c90c3cc-0d44-4b50-8888-8dd25736052a',
    organization_id: '3c90c3cc-0d44-4b50-8888-8dd25736052a',
    sequence_id: '3c90c3cc-0d44-4b50-8888-8dd25736052a',
    assignee_user_id: '3c90c3cc-0d44-4b50-8888-8dd25736052a',
    reopened_at: '2023-11-07T05:31:56Z',
    reopen_reason: 'REMINDER_RULE',
    skipped_at: '2023-11-07T05:31:56Z',
    completed_at: '2023-11-07T05:31:56Z',
    created_at: '2023-11-07T05:31:56Z',
    updated_at: '2023-11-07T05:31:56Z',
  },
  /** Every field is marked as required: always present, and null where that is allowed. */
  answerFields: [
    { name: 'id', type: 'uuid', isNullable: false },
    { name: 'organization_id', type: 'uuid', isNullable: false },
    {
      name: 'type',
      type: 'enum',
      isNullable: false,
      options: ['EMAIL_REPLY', 'LINKEDIN_REPLY', 'NEW_LEAD_REVIEW', 'CALL'],
    },
    { name: 'priority', type: 'enum', isNullable: false, options: ['HOT', 'TODAY', 'EXTRA'] },
    { name: 'status', type: 'enum', isNullable: false, options: ['PENDING', 'IN_PROGRESS', 'COMPLETED', 'SKIPPED'] },
    { name: 'sequence_id', type: 'uuid', isNullable: false },
    { name: 'assignee_user_id', type: 'uuid', isNullable: true },
    { name: 'disposition', type: 'enum', isNullable: true, options: ['ANSWERED', 'VOICEMAIL_LEFT', 'NO_ANSWER'] },
    { name: 'reopened_at', type: 'date-time', isNullable: true },
    { name: 'reopen_reason', type: 'enum', isNullable: true, options: ['REMINDER_RULE'] },
    { name: 'skipped_at', type: 'date-time', isNullable: true },
    { name: 'completed_at', type: 'date-time', isNullable: true },
    { name: 'created_at', type: 'date-time', isNullable: false },
    { name: 'updated_at', type: 'date-time', isNullable: false },
  ],
} as const;
