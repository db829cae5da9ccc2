/** A well-formed id that belongs to no user and to no task. */
export const nobodyId = '00000000-0000-4000-8000-000000000000';
