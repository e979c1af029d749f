/**
 * Error numbers, with the kernel's names and values. A function that can fail returns one of these
 * negated (`-ENOBUFS`), or 0.
 */
export const EPERM: i32 = 1;
export const ENOENT: i32 = 2;
export const ESRCH: i32 = 3;
export const EAGAIN: i32 = 11;
export const ENOMEM: i32 = 12;
export const EACCES: i32 = 13;
export const EBUSY: i32 = 16;
export const EEXIST: i32 = 17;
export const EXDEV: i32 = 18;
export const ENODEV: i32 = 19;
export const EINVAL: i32 = 22;
export const ENOSPC: i32 = 28;
export const ENETDOWN: i32 = 100;
export const ENETUNREACH: i32 = 101;
export const ENOBUFS: i32 = 105;
export const EHOSTUNREACH: i32 = 113;
