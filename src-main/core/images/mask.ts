import { looksSecret } from '../recipes/refusals.js';

const mask = '•••';

/** `NAME=value` lines with every value hidden that is a secret by its name or known as one. */
export function maskedEnvironment(
  environment: readonly string[],
  redact: (text: string) => string,
): { name: string; value: string }[] {
  return environment.map((line) => {
    const at = line.indexOf('=');
    const name = at === -1 ? line : line.slice(0, at);
    const value = at === -1 ? '' : line.slice(at + 1);
    return { name, value: looksSecret(name) && value !== '' ? mask : redact(value) };
  });
}

/** A builder's note of what it did: `ENV magicNumber=8974c408d831` holds the value as well. */
export function maskedText(text: string, redact: (text: string) => string): string {
  return redact(text).replace(
    /([A-Za-z_]\w*)(=| )("[^"]*"|'[^']*'|\S+)/g,
    (whole, name: string, between: string) => {
      const isSetting = between === '=' || /\bENV\b/.test(text);
      return isSetting && looksSecret(name) ? `${name}${between}${mask}` : whole;
    },
  );
}

/** The engine's answer with every secret hidden, wherever it stands. Labels are what they are. */
export function maskedAnswer(answer: unknown, redact: (text: string) => string): unknown {
  if (typeof answer === 'string') return maskedText(answer, redact);
  if (Array.isArray(answer)) return answer.map((entry: unknown) => maskedAnswer(entry, redact));
  if (typeof answer !== 'object' || answer === null) return answer;
  return Object.fromEntries(
    Object.entries(answer).map(([key, value]: [string, unknown]) => [
      key,
      key === 'Env' && Array.isArray(value)
        ? maskedEnvironment(value.map(String), redact).map((entry) => `${entry.name}=${entry.value}`)
        : maskedAnswer(value, redact),
    ]),
  );
}
