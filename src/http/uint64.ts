/** Unsigned 64-bit numbers in parameters, which JavaScript's numbers cannot hold. */

const DIGITS = /^[0-9]+$/;

/** As Go's strconv.ParseUint in base 10, error texts included. */
export function parseUint64(text: string): bigint | { readonly problem: string } {
  const refused = (reason: string) => ({
    problem: `strconv.ParseUint: parsing ${JSON.stringify(text)}: ${reason}`,
  });
  if (!DIGITS.test(text)) return refused('invalid syntax');
  // Twenty digits hold every such number, zeros before it aside.
  const digits = text.replace(/^0+(?=.)/, '');
  const value = digits.length > 20 ? 2n ** 64n : BigInt(digits);
  return value < 2n ** 64n ? value : refused('value out of range');
}
