/** Which word of a command line is the value of which flag, before the words are parsed. Pure. */
import { type Flag, FLAGS } from "./flags.ts";

/**
 * Gives flags that may stand without a value the one that is meant, and others what looks like a flag (`--port -1`) or
 * like nothing (`--port "$PORT"` of a script, where it is not set).
 */
export function withValues(args: string[]): string[] {
  const end = args.includes("--") ? args.indexOf("--") : args.length, whole: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    const flag = i > end ? undefined : FLAGS.find((it) => spellingsOf(it).includes(arg));
    if (flag?.implied !== undefined) whole.push(`--${flag.name}=${flag.implied}`);
    else if (flag?.value !== undefined && /^(?:-[0-9]|$)/.test(args[i + 1] ?? " ")) {
      whole.push(`--${flag.name}=${args[++i]}`);
    } // A switch has no value; that one was given is told by `switchesWithValue`.
    else whole.push(i < end ? arg.replace(/^(--no-[^=]+)=.*$/s, "$1") : arg);
  }
  return whole;
}

function spellingsOf({ name, alias, short }: Flag): string[] {
  return [`--${name}`, ...alias === undefined ? [] : [`--${alias}`], ...short === undefined ? [] : [`-${short}`]];
}

/** Finds switches that were given a value; one line for each. */
export function switchesWithValue(args: string[]): string[] {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? args.length : end).flatMap((arg) => {
    const [, name, value] = /^(--?[^=]+)=(.*)$/s.exec(arg) ?? [];
    const isSwitch = FLAGS.some((flag) =>
      flag.value === undefined && spellingsOf(flag).includes(name) || flag.negatable && `--no-${flag.name}` === name
    );
    return isSwitch ? `Cannot use "${value}" for ${arg.slice(0, arg.indexOf("="))}: it takes no value` : [];
  });
}
