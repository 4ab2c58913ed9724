/** The page's modules are plain JavaScript for the browser; this one needs no page and is tested without one as well. */
declare module '*/web/page/markdown.js' {
  export function toHtml(text: string, mentions?: readonly string[]): string;
  export function escapeHtml(text: string): string;
}
