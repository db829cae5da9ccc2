import type { DueNotice, NoticeCause } from '../store/work-store.ts';

type Wording = { begun: (count: number) => string; over: string };

export type WordingOptions = {
  /** A workspace counts as not read after so many milliseconds. */
  unreadMs: number;
  /** Where the server is reached, if that is known. */
  publicUrl: string | undefined;
};

const dashboardOf = (publicUrl: string | undefined): string =>
  publicUrl === undefined ? 'the dashboard' : `${publicUrl}/dashboard`;

const wordings = ({ unreadMs, publicUrl }: WordingOptions): Record<NoticeCause, Wording> => ({
  'hooks failing': {
    begun: (count) =>
      `${count === 1 ? '1 hook has' : `${count} hooks have`} failed for an hour or longer, and ` +
      `${count === 1 ? 'its Zap hears' : 'their Zaps hear'} nothing. See what Zapier answers in ` +
      `${dashboardOf(publicUrl)}. A hook ends after three days without a success.`,
    over: 'no hook has failed for an hour or longer.',
  },
  'deliveries given up': {
    begun: (count) =>
      `${count === 1 ? '1 delivery was' : `${count} deliveries were`} given up in the last hour. When Zapier takes ` +
      `them again, send them once more from ${dashboardOf(publicUrl)}.`,
    over: 'no delivery was given up in the last hour.',
  },
  'keys refused': {
    begun: (count) =>
      `Topo refuses the key of ${count === 1 ? '1 workspace' : `${count} workspaces`}, and ` +
      `${count === 1 ? 'its' : 'their'} Zaps hear nothing. Somebody there must make a new key in Topo and connect ` +
      'Topo in Zapier again. After a day the Zaps are turned off.',
    over: 'Topo accepts the keys of all workspaces.',
  },
  'workspaces not read': {
    begun: (count) =>
      `${count === 1 ? '1 workspace was' : `${count} workspaces were`} not read for ${unreadMs / 60_000} minutes or ` +
      `longer, and ${count === 1 ? 'its' : 'their'} Zaps hear late. The log says why: Topo may be down, or a large ` +
      'workspace is read for the first time. What changes meanwhile is told afterwards.',
    over: 'all workspaces are read again.',
  },
  'disk almost full': {
    begun: () =>
      'The disk of the database is almost full: less than 500 MB are free. Free some space. While a disk is full the ' +
      'server sends nothing new.',
    over: 'the disk of the database has space again.',
  },
});

/** Returns the function that puts a notice into words: counts and what to do, and nothing of any workspace. */
export const createWording = (options: WordingOptions): ((notice: DueNotice) => string) => {
  const words = wordings(options);
  return (notice) => {
    const { begun, over } = words[notice.cause];
    return `Topo for Zapier: ${notice.kind === 'begun' ? begun(notice.count) : `Well again: ${over}`}`;
  };
};
