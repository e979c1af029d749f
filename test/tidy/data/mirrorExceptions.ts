/**
 * Sources that have no test file of their own name. The list only shrinks: an entry whose twin was
 * written, or whose source is gone, fails the test, and so does a longer list.
 */

/** Source file to the reason why a twin would test nothing. */
export const MIRROR_EXCEPTIONS: Readonly<Record<string, string>> = {};

/** Most entries the list may have; lowered with every entry that goes. */
export const MIRROR_EXCEPTIONS_MAX = 0;
