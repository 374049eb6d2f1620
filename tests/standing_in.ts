/** Puts another function in the place of one, for as long as something runs. */
export async function standingIn<T extends object, Name extends keyof T>(
  object: T,
  name: Name,
  other: T[Name],
  run: () => Promise<void>,
): Promise<void> {
  const real = object[name];
  object[name] = other;
  try {
    await run();
  } finally {
    object[name] = real;
  }
}
