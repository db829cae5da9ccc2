/** What one look brings: what it found, and where the next one begins; null at the end of the list. */
export type Look<Item, Position> = { found: Item[]; next: Position | null };

/** What was found. `next` is where to go on when a call ends before the end of the list. */
export type LookedThrough<Item, Position> = { items: Item[]; hasMore: boolean; next: Position | null };

/** Look at this many rows in one transaction. */
export const rowsPerLook = 1_000;

/** Once something is found, a call ends after this many looks; until then it goes on. */
const mostLooks = 20;

type Options<Item, Position> = {
  limit: number;
  from: Position | null;
  /** A call ends once it has looked at so many rows, although it may have found nothing. */
  mostRows?: number | undefined;
  /** Whether the caller still waits for what is found. */
  isWanted?: (() => boolean) | undefined;
  /** Looks at up to `rowsPerLook` rows and finds at most `most`. */
  look: (from: Position | null, most: number) => Promise<Look<Item, Position>>;
};

/**
 * Looks for up to `limit` items in a list of any length, each look a short transaction. Unless `mostRows` ends it, it never
 * returns an empty page before the end, so that whoever goes on after the last item meets everything.
 */
export const lookInPieces = async <Item, Position>({
  limit,
  from,
  mostRows = Number.POSITIVE_INFINITY,
  isWanted = () => true,
  look,
}: Options<Item, Position>): Promise<LookedThrough<Item, Position>> => {
  const items: Item[] = [];
  let position = from;
  for (let looks = 1; ; looks += 1) {
    const { found, next } = await look(position, limit + 1 - items.length);
    items.push(...found);
    if (items.length > limit) return { items: items.slice(0, limit), hasMore: true, next: null };
    if (next === null || !isWanted()) return { items, hasMore: false, next: null };
    const isEnough = (items.length > 0 && looks >= mostLooks) || looks * rowsPerLook >= mostRows;
    if (isEnough) return { items, hasMore: true, next };
    position = next;
  }
};
