/** What is used of the package, which has no types of its own. */
declare module "longest-prefix-match" {
  class LongestPrefixMatch<T> {
    /** Adds data to a prefix such as "192.0.2.0/24". */
    addPrefix(prefix: string, data: T): void;
    /** The data of the longest match, in an array that is empty where there is none. */
    getMatch(prefix: string): T[];
  }
  export default LongestPrefixMatch;
}
