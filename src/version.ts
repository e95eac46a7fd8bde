declare const __VERSION__: string;

/** The version of this program, from package.json, put in by the build. */
export const VERSION = __VERSION__;
