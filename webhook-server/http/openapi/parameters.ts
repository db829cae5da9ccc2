/** What the parameters of a list say that comes in pages. */
export const pageParameters = {
  limit: 'How many items a page has, from 1 to 100.',
  before: 'The id of the last item of the page before.',
} as const;
