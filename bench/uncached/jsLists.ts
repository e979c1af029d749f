/**
 * Where a JavaScript user would keep entries that come and go: a `Set`, or objects that link each
 * other. No lock, since objects belong to one thread. Both return the pairs in which the entry was
 * a member.
 */
interface Entry {
  dev: object | null;
}

const members = new Set<Entry>(Array.from({ length: 16 }, () => ({ dev: null })));
const entry: Entry = { dev: null };

/** `pairs` times into a set of 16 others and out again. */
export function setPairs(pairs: number): number {
  let whole = 0;
  for (let i = 0; i < pairs; i++) {
    members.add(entry);
    if (members.delete(entry)) whole++;
  }
  return whole;
}

class Link {
  next: Link = this;
  prev: Link = this;
}

/** A ring of linked objects. */
export class LinkedList {
  private readonly head = new Link();
  private readonly link = new Link();

  constructor(residents: number) {
    for (let i = 0; i < residents; i++) this.add(new Link());
  }

  private add(link: Link): void {
    const { head } = this;
    const { prev } = head;
    link.next = head;
    link.prev = prev;
    head.prev = link;
    prev.next = link;
  }

  private remove(link: Link): void {
    link.next.prev = link.prev;
    link.prev.next = link.next;
    link.next = link;
    link.prev = link;
  }

  /** `pairs` times a link at the end and out again. */
  pairs(pairs: number): number {
    const { link } = this;
    let whole = 0;
    for (let i = 0; i < pairs; i++) {
      this.add(link);
      if (link.next !== link) whole++;
      this.remove(link);
    }
    return whole;
  }
}
