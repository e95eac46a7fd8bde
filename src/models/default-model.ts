/** The model asked when none is named: generally available since 2026-09-02; looked up 2026-11-22. */
export const DEFAULT_MODEL = 'gemini-3.8-flash';
