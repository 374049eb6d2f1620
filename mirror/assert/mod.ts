/**
 * Assertions for tests, by way of npm.
 *
 * @module
 */

// deno-lint-ignore-file no-explicit-any
import * as npm from "npm:deno-std@1.4.0/assert/mod.js";

/** A class whose instances are `T`, abstract or not. */
type Class<T> = abstract new (...args: any[]) => T;

/** The error that every assertion of this module throws. */
export interface AssertionError extends Error {
  name: string;
}

/** Makes an {@linkcode AssertionError}. */
export const AssertionError: {
  new (message: string, options?: ErrorOptions): AssertionError;
  readonly prototype: AssertionError;
} = npm.AssertionError;

/** Fails unless `expr` is truthy. */
export const assert: (expr: unknown, msg?: string) => asserts expr = npm.assert;

/** Fails unless `expr` is falsy. */
export const assertFalse: (expr: unknown, msg?: string) => asserts expr is false | 0 | 0n | "" | null | undefined =
  npm.assertFalse;

/** Fails unless both values are equal in depth. */
export const assertEquals: <T>(actual: T, expected: T, msg?: string) => void = npm.assertEquals;

/** Fails if both values are equal in depth. */
export const assertNotEquals: <T>(actual: T, expected: T, msg?: string) => void = npm.assertNotEquals;

/** Fails unless both values are the same, by `Object.is`. */
export const assertStrictEquals: <T>(actual: unknown, expected: T, msg?: string) => asserts actual is T =
  npm.assertStrictEquals;

/** Fails if both values are the same, by `Object.is`. */
export const assertNotStrictEquals: <T>(actual: T, expected: T, msg?: string) => void = npm.assertNotStrictEquals;

/** Fails unless both numbers differ by `tolerance` at most. */
export const assertAlmostEquals: (actual: number, expected: number, tolerance?: number, msg?: string) => void =
  npm.assertAlmostEquals;

/** Fails unless `actual` holds every element of `expected`. */
export const assertArrayIncludes: <T>(
  actual: ArrayLike<T> & object,
  expected: ArrayLike<T> & object,
  msg?: string,
) => void = npm.assertArrayIncludes;

/** Fails unless `actual` holds all that `expected` holds, in depth. */
export const assertObjectMatch: (
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
) => void = npm.assertObjectMatch;

/** Fails if the value is `null` or `undefined`. */
export const assertExists: <T>(actual: T, msg?: string) => asserts actual is NonNullable<T> = npm.assertExists;

/** Fails unless `actual` is an instance of `expectedType`. */
export const assertInstanceOf: <T extends Class<any>>(
  actual: unknown,
  expectedType: T,
  msg?: string,
) => asserts actual is InstanceType<T> = npm.assertInstanceOf;

/** Fails if `actual` is an instance of `unexpectedType`. */
export const assertNotInstanceOf: <A, T>(
  actual: A,
  unexpectedType: Class<T>,
  msg?: string,
) => asserts actual is Exclude<A, T> = npm.assertNotInstanceOf;

/** Fails unless `error` is of the class and its message matches. */
export const assertIsError: <E extends Error = Error>(
  error: unknown,
  ErrorClass?: Class<E>,
  msgMatches?: string | RegExp,
  msg?: string,
) => asserts error is E = npm.assertIsError;

/** Fails unless the expression matches. */
export const assertMatch: (actual: string, expected: RegExp, msg?: string) => void = npm.assertMatch;

/** Fails if the expression matches. */
export const assertNotMatch: (actual: string, expected: RegExp, msg?: string) => void = npm.assertNotMatch;

/** Fails unless `actual` contains `expected`. */
export const assertStringIncludes: (actual: string, expected: string, msg?: string) => void = npm.assertStringIncludes;

/** Fails unless `actual` is greater than `expected`. */
export const assertGreater: <T>(actual: T, expected: T, msg?: string) => void = npm.assertGreater;

/** Fails if `actual` is less than `expected`. */
export const assertGreaterOrEqual: <T>(actual: T, expected: T, msg?: string) => void = npm.assertGreaterOrEqual;

/** Fails unless `actual` is less than `expected`. */
export const assertLess: <T>(actual: T, expected: T, msg?: string) => void = npm.assertLess;

/** Fails if `actual` is greater than `expected`. */
export const assertLessOrEqual: <T>(actual: T, expected: T, msg?: string) => void = npm.assertLessOrEqual;

/** Fails unless `fn` throws; returns what it threw. */
export const assertThrows: {
  (fn: () => unknown, msg?: string): unknown;
  <E extends Error = Error>(
    fn: () => unknown,
    ErrorClass: Class<E>,
    msgIncludes?: string,
    msg?: string,
  ): E;
} = npm.assertThrows;

/** Fails unless the promise of `fn` is rejected; resolves to the reason. */
export const assertRejects: {
  (fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
  <E extends Error = Error>(
    fn: () => PromiseLike<unknown>,
    ErrorClass: Class<E>,
    msgIncludes?: string,
    msg?: string,
  ): Promise<E>;
} = npm.assertRejects;

/** Whether both values are equal in depth. */
export const equal: (a: unknown, b: unknown) => boolean = npm.equal;

/** Fails always. */
export const fail: (msg?: string) => never = npm.fail;

/** Fails always: the code is not written yet. */
export const unimplemented: (msg?: string) => never = npm.unimplemented;

/** Fails always: the code must never run. */
export const unreachable: (msg?: string) => never = npm.unreachable;
