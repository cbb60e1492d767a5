/** Defined at build time by config/index.ts. Empty in H5: same origin, relative to the page. */
declare const API_BASE: string;

declare module '*.scss';
