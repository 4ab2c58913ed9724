/** The page's modules are plain JavaScript for the browser; these two are pure and are tested here as well. */
declare module '*/web/page/markdown.js' {
  export function toHtml(text: string, mentions?: readonly string[]): string;
  export function escapeHtml(text: string): string;
}
