/** The library API of dstbench. Everything a program may import is re-exported here. */
export {};
