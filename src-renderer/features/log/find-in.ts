/** What is searched for: words as they stand, or a regular expression. Upper and lower case are the same. */
export interface LogQuery {
  readonly text: string;
  readonly isRegex: boolean;
}

/** As many places of one line as are marked. */
const mostMarks = 20;

/**
 * The places of a query in each line, as pairs of beginning and end; an empty list where it does not stand. Throws
 * what `RegExp` throws.
 */
export function findIn(query: LogQuery, texts: readonly string[]): number[][] {
  return query.isRegex ? findRegex(query.text, texts) : texts.map((text) => placesOf(text, query.text));
}

/** The places of words in a text, upper and lower case the same. */
export function placesOf(text: string, words: string): number[] {
  const places: number[] = [];
  const [lower, wanted] = [text.toLowerCase(), words.toLowerCase()];
  if (wanted === '') return places;
  for (
    let at = lower.indexOf(wanted);
    at >= 0 && places.length < 2 * mostMarks;
    at = lower.indexOf(wanted, at + wanted.length)
  ) {
    places.push(at, at + wanted.length);
  }
  return places;
}

function findRegex(pattern: string, texts: readonly string[]): number[][] {
  const regex = new RegExp(pattern, 'gi');
  return texts.map((text) => {
    const places: number[] = [];
    for (const match of text.matchAll(regex)) {
      places.push(match.index, match.index + match[0].length);
      if (places.length >= 2 * mostMarks) break;
    }
    return places;
  });
}

/** A text in pieces, every second one a place. */
export function piecesOf(text: string, places: readonly number[]): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (let index = 0; index + 1 < places.length; index += 2) {
    const [begin = 0, end = 0] = [places[index], places[index + 1]];
    pieces.push(text.slice(from, begin), text.slice(begin, end));
    from = end;
  }
  return [...pieces, text.slice(from)];
}
