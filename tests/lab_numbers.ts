/** What the tests of the lab's page ask for: few enough for a test, enough for two waves of a browser's six connections. */
export const ASKED = { sleeps: 8, ms: 400, pages: 8 };
