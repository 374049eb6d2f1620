/**
 * A list in the order of arrival that any member can leave at once. The members are its nodes.
 *
 * A `Set` does as much, but V8's collector pays for it: one that many come to and leave needs a new table again and
 * again, and each old table points to the one after it. Once a table has got old, it keeps the next from being collected
 * with the young, and that the one after it, with all that was in them: every connection there was, until all garbage is
 * collected. Who leaves this list points to nobody.
 */

/** What a list needs of its members; nobody else touches it. */
export interface Linked<Member> {
  /** Who came before; `undefined` for the first, and for who is in no list. */
  older?: Member | undefined;
  /** Who came after. */
  newer?: Member | undefined;
}

/** Members in the order in which they came; each is in one list at most. */
export class LinkedList<Member extends Linked<Member>> {
  #oldest: Member | undefined;
  #newest: Member | undefined;
  #size = 0;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** Whether somebody is in it. */
  has(member: Member): boolean {
    return member.older !== undefined || member === this.#oldest;
  }

  /** Puts somebody at the end who is not in it yet. */
  add(member: Member): void {
    if (this.has(member)) return;
    const older = member.older = this.#newest;
    if (older === undefined) this.#oldest = member;
    else older.newer = member;
    this.#newest = member;
    this.#size++;
  }

  /** Takes somebody out; returns whether they were in it. */
  delete(member: Member): boolean {
    if (!this.has(member)) return false;
    const { older, newer } = member;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    member.older = member.newer = undefined;
    this.#size--;
    return true;
  }

  /** The members, the oldest first. The one that was given last may leave meanwhile; of the others none may. */
  *[Symbol.iterator](): Generator<Member> {
    for (let member = this.#oldest; member !== undefined;) {
      const { newer } = member;
      yield member;
      member = newer;
    }
  }
}
