/**
 * Follows the extensions behind a chunk's size, octet by octet, by their grammar (RFC 9112 7.1.1):
 *
 *     chunk-ext = *( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] )
 *
 * They have no meaning here, but where they end has: whoever lets more through than the grammar can be told of an end
 * that others do not see.
 */
import { FIELD_VALUE, HTAB, OCTET, SP, TOKEN } from "./grammar.ts";

const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What came last. */
enum After {
  /** The size, or a value's closing quotation mark: an end. */
  Whole,
  /** White space behind one of these: only a semicolon can follow. */
  WholeAndBlank,
  /** A semicolon, and white space: a name has to follow. */
  Semicolon,
  /** An octet of a name. */
  Name,
  /** White space behind a name. */
  NameAndBlank,
  /** An equals sign, and white space: a value has to follow. */
  Equals,
  /** An octet of a value that is a token. */
  Value,
  /** An octet within quotation marks. */
  Quoted,
  /** A backslash within them. */
  Backslash,
}

/** The extensions of one chunk. */
export class ChunkExtension {
  #after: After = After.Whole;

  /** Starts behind the size of a chunk. */
  begin(): void {
    this.#after = After.Whole;
  }

  /** Whether there is more than the size and white space behind it. */
  get hasBegun(): boolean {
    return this.#after > After.WholeAndBlank;
  }

  /** Whether the line may end here. */
  get mayEnd(): boolean {
    return this.#after === After.Whole || this.#after === After.Name || this.#after === After.Value;
  }

  /** Takes the next octet; returns whether it fits the grammar. */
  take(octet: number): boolean {
    const next = this.#next(octet);
    if (next === undefined) return false;
    this.#after = next;
    return true;
  }

  #next(octet: number): After | undefined {
    const isToken = (OCTET[octet] & TOKEN) !== 0, isBlank = octet === SP || octet === HTAB;
    switch (this.#after) {
      case After.Whole:
      case After.WholeAndBlank:
        return isBlank ? After.WholeAndBlank : octet === SEMICOLON ? After.Semicolon : undefined;
      case After.Semicolon:
        return isToken ? After.Name : isBlank ? After.Semicolon : undefined;
      case After.Name:
        return isToken ? After.Name : afterName(octet, isBlank);
      case After.NameAndBlank:
        return afterName(octet, isBlank);
      case After.Equals:
        return isToken ? After.Value : octet === QUOTE ? After.Quoted : isBlank ? After.Equals : undefined;
      case After.Value:
        if (isToken) return After.Value;
        return isBlank ? After.WholeAndBlank : octet === SEMICOLON ? After.Semicolon : undefined;
      case After.Quoted:
        if (octet === QUOTE) return After.Whole;
        if (octet === BACKSLASH) return After.Backslash;
        // falls through: what may stand behind a backslash may, but for these two, stand alone
      case After.Backslash:
        return (OCTET[octet] & FIELD_VALUE) !== 0 ? After.Quoted : undefined;
    }
  }
}

function afterName(octet: number, isBlank: boolean): After | undefined {
  if (isBlank) return After.NameAndBlank;
  return octet === EQUALS ? After.Equals : octet === SEMICOLON ? After.Semicolon : undefined;
}
